import { ActivityRejectedSchema, fromBinary, type ActivityRejected } from '@kuda/contracts';
import type { SqlPool } from '@kuda/event-store';
import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, Repository } from 'typeorm';
import type { RejectionReason } from '../domain/rejection';
import { ENTRY_KINDS } from '../intake/intake-entries';
import { LOG_POOL } from '../intake/ports';
import { QuarantineLineEntity } from './quarantine-line.entity';

/** Which part of the quarantine is asked for. */
export interface QuarantinePage {
  readonly reason: RejectionReason | null;
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
  page({ reason, after, limit }: QuarantinePage): Promise<readonly QuarantineLineEntity[]> {
    return this.lines.find({
      where: { position: MoreThan(after), ...(reason === null ? {} : { reason }) },
      order: { position: 'ASC' },
      take: limit,
    });
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
