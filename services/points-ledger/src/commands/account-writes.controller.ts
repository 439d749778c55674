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
import { answerWrite, reason, type WriteReply } from './write-request';

const HIGHEST_LEVEL = 3;

const because = z.strictObject({ reason });
const closing = z.strictObject({
  reason,
  forfeit: z.boolean().default(false).describe('Lets remaining points lapse; without it there must be none.'),
});
const trust = z.strictObject({
  level: z.int().min(0).max(HIGHEST_LEVEL).nullable().describe('Null: the computed level is in force again.'),
  abuse_confirmed: z.boolean().default(false).describe('Keeps the user below level 3.'),
  reason,
});

const { keyInFlight, keyReused, account_open, account_closed, account_frozen, account_not_frozen } =
  LEDGER_ERROR_CODES;
const { holds_open, awards_pending, debt_open, balance_left, trust_level_invalid } = LEDGER_ERROR_CODES;

/** The life of an account: opened, frozen and closed by an operator; a first event opens one too. */
@Controller('v1/users')
export class AccountWritesController {
  constructor(private readonly writes: CommandWrites) {}

  @Post(actionOf('id', 'open'))
  @Scopes('accounts:write')
  @Describe({
    summary: 'Open an account',
    answer: commandOutcome,
    refusals: [keyInFlight, keyReused, account_open],
  })
  open(
    @ZodParam('id', userIdParam) userId: string,
    @ZodBody(because) body: z.output<typeof because>,
    @IdempotencyKey() commandId: string,
    @Res({ passthrough: true }) reply: WriteReply,
  ): Promise<CommandOutcome> {
    return answerWrite(this.writes, { commandId, userId, command: 'openAccount', value: body }, reply);
  }

  @Post(actionOf('id', 'close'))
  @Scopes('accounts:write')
  @Describe({
    summary: 'Close an account',
    answer: commandOutcome,
    refusals: [keyInFlight, keyReused, account_closed, holds_open, awards_pending, debt_open, balance_left],
  })
  close(
    @ZodParam('id', userIdParam) userId: string,
    @ZodBody(closing) body: z.output<typeof closing>,
    @IdempotencyKey() commandId: string,
    @CurrentPrincipal() { subject: requestedBy }: Principal,
    @Res({ passthrough: true }) reply: WriteReply,
  ): Promise<CommandOutcome> {
    const value = { ...body, requestedBy };
    return answerWrite(this.writes, { commandId, userId, command: 'closeAccount', value }, reply);
  }

  @Post(actionOf('id', 'freeze'))
  @Scopes('accounts:write')
  @Describe({
    summary: "Freeze a user's points: nothing is spent until they are unfrozen, awards go on",
    answer: commandOutcome,
    refusals: [keyInFlight, keyReused, account_frozen],
  })
  freeze(
    @ZodParam('id', userIdParam) userId: string,
    @ZodBody(because) body: z.output<typeof because>,
    @IdempotencyKey() commandId: string,
    @CurrentPrincipal() { subject: requestedBy }: Principal,
    @Res({ passthrough: true }) reply: WriteReply,
  ): Promise<CommandOutcome> {
    const value = { ...body, requestedBy };
    return answerWrite(this.writes, { commandId, userId, command: 'freezeAccount', value }, reply);
  }

  @Post(actionOf('id', 'unfreeze'))
  @Scopes('accounts:write')
  @Describe({
    summary: "Unfreeze a user's points",
    answer: commandOutcome,
    refusals: [keyInFlight, keyReused, account_not_frozen],
  })
  unfreeze(
    @ZodParam('id', userIdParam) userId: string,
    @ZodBody(because) body: z.output<typeof because>,
    @IdempotencyKey() commandId: string,
    @CurrentPrincipal() { subject: requestedBy }: Principal,
    @Res({ passthrough: true }) reply: WriteReply,
  ): Promise<CommandOutcome> {
    const value = { ...body, requestedBy };
    return answerWrite(this.writes, { commandId, userId, command: 'unfreezeAccount', value }, reply);
  }

  @Post(actionOf('id', 'override-trust'))
  @Scopes('trust:write')
  @Describe({
    summary: "Set a user's trust level in place of the computed one",
    answer: commandOutcome,
    refusals: [keyInFlight, keyReused, trust_level_invalid],
  })
  overrideTrust(
    @ZodParam('id', userIdParam) userId: string,
    @ZodBody(trust) body: z.output<typeof trust>,
    @IdempotencyKey() commandId: string,
    @CurrentPrincipal() { subject: requestedBy }: Principal,
    @Res({ passthrough: true }) reply: WriteReply,
  ): Promise<CommandOutcome> {
    const { level, abuse_confirmed: abuseConfirmed, reason: why } = body;
    const value = { ...(level === null ? {} : { level }), abuseConfirmed, reason: why, requestedBy };
    return answerWrite(this.writes, { commandId, userId, command: 'overrideTrust', value }, reply);
  }
}
