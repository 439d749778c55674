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
import { RiskHoldResolution } from '@kuda/contracts';
import { Controller, Post, Res } from '@nestjs/common';
import { z } from 'zod';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { positionParam, userIdParam } from '../ledger/request.schema';
import { commandOutcome, type CommandOutcome } from './command-outcome';
import { CommandWrites } from './command-writes';
import { amount, answerWrite, caseId, idParam, reason, type WriteReply } from './write-request';

const MAX_AMOUNTS = 8;
const lotId = z.string().max(256).default('');

const reversal = z.strictObject({
  lot_id: lotId.describe('One award of the transaction; all that it moved without it.'),
  amounts: z
    .array(z.strictObject({ asset: z.string().min(1).max(128), amount }))
    .max(MAX_AMOUNTS)
    .default([])
    .describe('A part of it, each asset once; all that is not reversed yet without it.'),
  reason,
  case_id: caseId,
});

const resolution = z.strictObject({
  resolution: z.enum(['release', 'claw_back']),
  lot_id: lotId.describe('One award; all that the risk hold keeps without it.'),
  reason,
  case_id: caseId,
});

const RESOLUTIONS = {
  release: RiskHoldResolution.RELEASE,
  claw_back: RiskHoldResolution.CLAW_BACK,
} as const;

const { keyInFlight, keyReused, transaction_unknown, not_reversible, already_reversed, reversal_exceeds } =
  LEDGER_ERROR_CODES;

/** What an operator takes back, or lets go. */
@Controller('v1/users/:id')
export class ReversalsController {
  constructor(private readonly writes: CommandWrites) {}

  @Post(`transactions/${actionOf('position', 'reverse')}`)
  @Scopes('transactions:reverse')
  @Describe({
    summary: 'Reverse a transaction, whole or in part',
    description:
      'Mirrors what was recorded; what was spent already becomes debt. Decisions that the reversal makes room for are ' +
      'decided again in the same record.',
    answer: commandOutcome,
    refusals: [
      keyInFlight,
      keyReused,
      transaction_unknown,
      not_reversible,
      already_reversed,
      reversal_exceeds,
    ],
  })
  reverse(
    @ZodParam('id', userIdParam) userId: string,
    @ZodParam('position', positionParam) transactionPosition: bigint,
    @ZodBody(reversal) body: z.output<typeof reversal>,
    @IdempotencyKey() commandId: string,
    @CurrentPrincipal() { subject: requestedBy }: Principal,
    @Res({ passthrough: true }) reply: WriteReply,
  ): Promise<CommandOutcome> {
    const { lot_id, amounts, reason: why, case_id } = body;
    const value = {
      ...{ transactionPosition, lotId: lot_id, amounts, reason: why, caseId: case_id, requestedBy },
    };
    return answerWrite(this.writes, { commandId, userId, command: 'reverseTransaction', value }, reply);
  }

  @Post(`risk-holds/${actionOf('hold', 'resolve')}`)
  @Scopes('risk:write')
  @Describe({
    summary: 'Release awards that a risk hold keeps, or claw them back',
    answer: commandOutcome,
    refusals: [keyInFlight, keyReused, LEDGER_ERROR_CODES.risk_hold_unknown],
  })
  resolve(
    @ZodParam('id', userIdParam) userId: string,
    @ZodParam('hold', idParam) riskHoldId: string,
    @ZodBody(resolution) body: z.output<typeof resolution>,
    @IdempotencyKey() commandId: string,
    @CurrentPrincipal() { subject: resolvedBy }: Principal,
    @Res({ passthrough: true }) reply: WriteReply,
  ): Promise<CommandOutcome> {
    const { lot_id, reason: why, case_id } = body;
    const value = {
      ...{ riskHoldId, lotId: lot_id, resolution: RESOLUTIONS[body.resolution] },
      ...{ reason: why, caseId: case_id, resolvedBy },
    };
    return answerWrite(this.writes, { commandId, userId, command: 'resolveRiskHold', value }, reply);
  }
}
