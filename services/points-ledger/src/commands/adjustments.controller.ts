import {
  actionOf,
  CurrentPrincipal,
  Describe,
  IdempotencyKey,
  Scopes,
  ZodBody,
  ZodParam,
  type Principal,
} from '@kuda/service-kit';
import { Controller, Post, Res } from '@nestjs/common';
import { z } from 'zod';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { userIdParam } from '../ledger/request.schema';
import { commandOutcome, type CommandOutcome } from './command-outcome';
import { CommandWrites } from './command-writes';
import { amount, answerWrite, caseId, idParam, instant, reason, type WriteReply } from './write-request';

const proposal = z.strictObject({
  asset: z.string().min(1).max(128),
  amount: amount.describe(
    'Signed, in the smallest unit: above 0 credits, below 0 debits and then makes debt.',
  ),
  reason,
  case_id: caseId,
  expires_at: instant.describe('When a credited lot expires; the default life of points without it.'),
  goodwill: z
    .boolean()
    .default(false)
    .describe('A credit from goodwill instead of an adjustment of issuance.'),
});

const { keyInFlight, keyReused, asset_invalid, amount_invalid, self_approval, proposal_unknown } =
  LEDGER_ERROR_CODES;

/** Adjustments by two persons (I15): one proposes, another approves. */
@Controller('v1/users/:id/adjustments')
export class AdjustmentsController {
  constructor(private readonly writes: CommandWrites) {}

  @Post()
  @Scopes('adjustments:write')
  @Describe({
    summary: 'Propose an adjustment of a balance',
    description:
      'Moves nothing until another person approves it. Its id is the idempotency key. 202 when it takes longer.',
    answer: commandOutcome,
    refusals: [keyInFlight, keyReused, asset_invalid, amount_invalid],
  })
  propose(
    @ZodParam('id', userIdParam) userId: string,
    @ZodBody(proposal) body: z.output<typeof proposal>,
    @IdempotencyKey() commandId: string,
    @CurrentPrincipal() { subject }: Principal,
    @Res({ passthrough: true }) reply: WriteReply,
  ): Promise<CommandOutcome> {
    const { asset, amount: signed, reason: why, case_id, expires_at: expiresAtUs, goodwill } = body;
    const value = {
      ...{ proposalId: commandId, asset, amount: signed, reason: why, caseId: case_id },
      ...{ proposedBy: subject, expiresAtUs, goodwill },
    };
    return answerWrite(this.writes, { commandId, userId, command: 'proposeAdjustment', value }, reply);
  }

  @Post(actionOf('proposal', 'approve'))
  @Scopes('adjustments:approve')
  @Describe({
    summary: 'Approve an adjustment that another person proposed',
    answer: commandOutcome,
    refusals: [keyInFlight, keyReused, self_approval, proposal_unknown],
  })
  approve(
    @ZodParam('id', userIdParam) userId: string,
    @ZodParam('proposal', idParam) proposalId: string,
    @IdempotencyKey() commandId: string,
    @CurrentPrincipal() { subject: approvedBy }: Principal,
    @Res({ passthrough: true }) reply: WriteReply,
  ): Promise<CommandOutcome> {
    const value = { proposalId, approvedBy };
    return answerWrite(this.writes, { commandId, userId, command: 'adjustBalance', value }, reply);
  }
}
