import { loadStreamState } from '@kuda/event-store';
import { decodeAccount, newAccount, type Account } from '@kuda/ledger-core';
import { Injectable } from '@nestjs/common';
import { userStream } from '../ledger/user-stream';
import { logPosition } from '../shards/read-position';
import { Shards } from '../shards/shards';

/** An account, and the position of the log of its shard up to which it is complete. */
export interface AccountAt {
  readonly account: Account;
  readonly position: bigint;
  readonly shard: number;
}

/** Reads accounts where the log keeps them: no lag behind a write that was answered. */
@Injectable()
export class BalanceQuery {
  constructor(private readonly shards: Shards) {}

  /** A user without entries has an empty account. @throws ProblemException (425) when the log is not at `least` yet. */
  async account(userId: string, least: bigint): Promise<AccountAt> {
    const shard = this.shards.of(userId);
    const head = await logPosition(shard, least);
    const stream = await loadStreamState(shard.pool, userStream(userId));
    const account = stream === null ? newAccount(userId) : decodeAccount(stream.state, stream.pages);
    const position = stream !== null && stream.position > head ? stream.position : head;
    return { account, position, shard: shard.index };
  }
}
