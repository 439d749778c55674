import { entriesAt } from '@kuda/event-store';
import { decodeRecord, type AssetBalance } from '@kuda/ledger-core';
import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { statementsPosition } from '../shards/read-position';
import { Shards } from '../shards/shards';
import { DecisionRow } from './decision.entity';
import { TransactionRow } from './transaction.entity';

/** A part of a user's statement, newest first. */
export interface StatementPage {
  readonly userId: string;
  readonly limit: number;
}

/** Where a page of decisions goes on: after this one. */
export interface DecisionMark {
  readonly position: bigint;
  readonly ordinal: number;
}

/** Reads the read models. */
@Injectable()
export class StatementsQuery {
  constructor(private readonly shards: Shards) {}

  /** Where the statements of the user's shard stand, at least at `least`. @throws ProblemException (425, 503) */
  async place(userId: string, least: bigint): Promise<{ readonly position: string; readonly shard: number }> {
    const shard = this.shards.of(userId);
    return { position: (await statementsPosition(shard, least)).toString(), shard: shard.index };
  }

  transactions({ userId, limit }: StatementPage, before: bigint | null): Promise<TransactionRow[]> {
    return this.shards
      .of(userId)
      .readModels.getRepository(TransactionRow)
      .find({
        where: { userId, ...(before === null ? {} : { position: LessThan(before) }) },
        order: { position: 'DESC' },
        take: limit,
      });
  }

  /** The running balances after transactions of one user, as their records carry them, by position. */
  async balancesAfter(
    userId: string,
    positions: readonly bigint[],
  ): Promise<ReadonlyMap<bigint, readonly AssetBalance[]>> {
    const entries = await entriesAt(this.shards.of(userId).pool, positions);
    return new Map(entries.map(({ position, payload }) => [position, decodeRecord(payload).balances]));
  }

  decisions(
    { userId, limit }: StatementPage,
    outcome: string | null,
    after: DecisionMark | null,
  ): Promise<DecisionRow[]> {
    const query = this.shards
      .of(userId)
      .readModels.getRepository(DecisionRow)
      .createQueryBuilder('decision')
      .where('decision.userId = :userId', { userId })
      .orderBy({ 'decision.position': 'DESC', 'decision.ordinal': 'DESC' })
      .take(limit);
    if (outcome !== null) query.andWhere('decision.outcome = :outcome', { outcome });
    if (after !== null) {
      const mark = { position: after.position.toString(), ordinal: after.ordinal };
      query.andWhere('(decision.position, decision.ordinal) < (:position::bigint, :ordinal::integer)', mark);
    }
    return query.getMany();
  }
}
