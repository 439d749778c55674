import { loadStreamState, readHead, type SqlPool } from '@kuda/event-store';
import { decodeAccount, newAccount, type Account } from '@kuda/ledger-core';
import { problem } from '@kuda/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { LOG_POOL } from '../ledger/ports';
import { userStream } from '../ledger/user-stream';

/** An account, and the position of the log up to which it is complete. */
export interface AccountAt {
  readonly account: Account;
  readonly position: bigint;
}

/** Reads accounts where the log keeps them: no lag behind a write that was answered. */
@Injectable()
export class BalanceQuery {
  constructor(@Inject(LOG_POOL) private readonly pool: SqlPool) {}

  /** A user without entries has an empty account. @throws ProblemException (409) when the log is not at `least` yet. */
  async account(userId: string, least: bigint): Promise<AccountAt> {
    const { position } = await readHead(this.pool);
    if (position < least) {
      const detail = `Asked for position ${least.toString()}, at ${position.toString()}.`;
      throw problem(LEDGER_ERROR_CODES.positionNotReached, { detail, headers: { 'retry-after': '1' } });
    }
    const stream = await loadStreamState(this.pool, userStream(userId));
    const account = stream === null ? newAccount(userId) : decodeAccount(stream.state);
    return { account, position: stream !== null && stream.position > position ? stream.position : position };
  }
}
