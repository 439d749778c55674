import { entryAsOf, loadStreamState, positionAt, readHead } from '@kuda/event-store';
import { decodeAccount, decodeRecord, newAccount, type Account, type Recorded } from '@kuda/ledger-core';
import { Injectable } from '@nestjs/common';
import { userStream } from '../ledger/user-stream';
import { logPosition } from '../shards/read-position';
import { Shards } from '../shards/shards';

/** Where an answer stands: a position of the log of a shard. */
export interface Place {
  readonly position: bigint;
  readonly shard: number;
}

/** An account, complete up to the place. */
export interface AccountAt extends Place {
  readonly account: Account;
}

/** The last record of a user up to the place, or null; it carries all running balances. */
export interface RecordAt extends Place {
  readonly record: Recorded | null;
}

/** Which past is asked for: a position, or an instant in microseconds since the Unix epoch. */
export type AsOf = { readonly position: bigint } | { readonly timeUs: bigint };

/** Reads accounts where the log keeps them: no lag behind a write that was answered. */
@Injectable()
export class AccountQuery {
  constructor(private readonly shards: Shards) {}

  /** A user without entries has an empty account. @throws ProblemException (425) when the log is not at `least` yet. */
  async now(userId: string, least: bigint): Promise<AccountAt> {
    const shard = this.shards.of(userId);
    const head = await logPosition(shard, least);
    const stream = await loadStreamState(shard.pool, userStream(userId));
    const account = stream === null ? newAccount(userId) : decodeAccount(stream.state, stream.pages);
    const position = stream !== null && stream.position > head ? stream.position : head;
    return { account, position, shard: shard.index };
  }

  /** The last record of a user. */
  async latest(userId: string): Promise<RecordAt> {
    const shard = this.shards.of(userId);
    const { position } = await readHead(shard.pool);
    const entry = await entryAsOf(shard.pool, userStream(userId), position);
    return { record: entry === null ? null : decodeRecord(entry.payload), position, shard: shard.index };
  }

  /**
   * The past, by one seek in the index. A position or an instant beyond the head is waited for, or is the head.
   * @throws ProblemException (425) when the log does not come to the position.
   */
  async asOf(userId: string, asked: AsOf): Promise<RecordAt> {
    const shard = this.shards.of(userId);
    const position = 'position' in asked ? asked.position : await positionAt(shard.pool, asked.timeUs);
    await logPosition(shard, position);
    const entry = await entryAsOf(shard.pool, userStream(userId), position);
    return { record: entry === null ? null : decodeRecord(entry.payload), position, shard: shard.index };
  }
}
