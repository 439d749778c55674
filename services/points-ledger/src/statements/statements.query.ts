import type { Projector } from '@kuda/event-store';
import { problem } from '@kuda/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, Repository, type EntityManager } from 'typeorm';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { STATEMENTS } from '../ledger/ports';
import { DecisionRow } from './decision.entity';
import { TransactionRow } from './transaction.entity';

/** How long a read waits for its `min_position`, in milliseconds. */
const POSITION_WAIT_MS = 2_000;

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
  constructor(
    @InjectRepository(TransactionRow) private readonly transactionRows: Repository<TransactionRow>,
    @InjectRepository(DecisionRow) private readonly decisionRows: Repository<DecisionRow>,
    @Inject(STATEMENTS) private readonly projector: Projector<EntityManager>,
  ) {}

  /** The position at which the next read will answer, or later. @throws ProblemException (409) when it is not reached. */
  async position(least: bigint): Promise<bigint> {
    if (await this.projector.waitFor(least, POSITION_WAIT_MS)) return this.projector.position;
    throw problem(LEDGER_ERROR_CODES.positionNotReached, {
      detail: `Asked for position ${least.toString()}, at ${this.projector.position.toString()}.`,
      headers: { 'retry-after': '1' },
    });
  }

  transactions({ userId, limit }: StatementPage, before: bigint | null): Promise<TransactionRow[]> {
    return this.transactionRows.find({
      where: { userId, ...(before === null ? {} : { position: LessThan(before) }) },
      order: { position: 'DESC' },
      take: limit,
    });
  }

  decisions(
    { userId, limit }: StatementPage,
    outcome: string | null,
    after: DecisionMark | null,
  ): Promise<DecisionRow[]> {
    const query = this.decisionRows
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
