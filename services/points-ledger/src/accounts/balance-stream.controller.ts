import { Describe, Scopes, ZodParam } from '@kuda/service-kit';
import { Controller, Sse, type MessageEvent } from '@nestjs/common';
import { z } from 'zod';
import type { Observable } from 'rxjs';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { userIdParam } from '../ledger/request.schema';
import { BalanceStreams } from './balance-streams';

/** A user's balance as server-sent events. */
@Controller('v1/users/:id/balance/stream')
export class BalanceStreamController {
  constructor(private readonly streams: BalanceStreams) {}

  @Sse()
  @Scopes('ledger:read')
  @Describe({
    summary: "Follow a user's balance",
    description:
      'Server-sent events: `balance` at once and after each change, its id the account version; `heartbeat` every 15 s.',
    answer: z.string(),
    answerType: 'text/event-stream',
    refusals: [LEDGER_ERROR_CODES.tooManyListeners],
  })
  follow(@ZodParam('id', userIdParam) userId: string): Observable<MessageEvent> {
    return this.streams.follow(userId);
  }
}
