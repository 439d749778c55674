import { ActivityRejectedSchema, fromBinary, type ActivityRejected } from '@kuda/contracts';
import type { SqlPool } from '@kuda/event-store';
import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import type { RejectionReason } from '../domain/rejection';
import { ENTRY_KINDS } from '../intake/intake-entries';
import { LOG_POOL } from '../intake/ports';
import { QuarantineLineEntity } from './quarantine-line.entity';

/** What a list may be narrowed to. */
export const QUARANTINE_STATES = ['open', 'accepted', 'duplicate', 'discarded'] as const;

export type QuarantineState = (typeof QUARANTINE_STATES)[number];

/** Which part of the quarantine is asked for; undefined: whatever it is. */
export interface QuarantinePage {
  readonly reason: RejectionReason | undefined;
  readonly state: QuarantineState | undefined;
  readonly source: string | undefined;
  readonly eventId: string | undefined;
  /** The position after which the page begins. */
  readonly after: bigint;
  readonly limit: number;
}

/** Lists rejected inputs, and reads them out of the log byte for byte. */
@Injectable()
export class QuarantineQuery {
  constructor(
    @InjectRepository(QuarantineLineEntity) private readonly lines: Repository<QuarantineLineEntity>,
    @Inject(LOG_POOL) private readonly pool: SqlPool,
  ) {}

  /** In the order in which they came. */
  page(asked: QuarantinePage): Promise<readonly QuarantineLineEntity[]> {
    const { reason, state, source, eventId, after, limit } = asked;
    const query = this.lines
      .createQueryBuilder('line')
      .leftJoinAndSelect('line.outcome', 'outcome')
      .where('line.position > :after', { after: after.toString() })
      .orderBy('line.position')
      .limit(limit);
    if (reason !== undefined) query.andWhere('line.reason = :reason', { reason });
    if (source !== undefined) query.andWhere('line.source = :source', { source });
    if (eventId !== undefined) query.andWhere('line.eventId = :eventId', { eventId });
    if (state === 'open') query.andWhere('outcome.position is null');
    else if (state !== undefined) query.andWhere('outcome.outcome = :state', { state });
    return query.getMany();
  }

  /** The rejected input at a position, or null where the log has none. */
  async at(position: bigint): Promise<ActivityRejected | null> {
    const { rows } = await this.pool.query<{ readonly payload: Buffer }>(
      'select payload from log_entry where position = $1 and kind = $2',
      [position, ENTRY_KINDS.rejected],
    );
    const [row] = rows;
    return row === undefined ? null : fromBinary(ActivityRejectedSchema, row.payload);
  }
}
