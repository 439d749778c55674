import { ActivityRejectedSchema, fromBinary, type ActivityRejected } from '@kuda/contracts';
import type { SqlPool } from '@kuda/event-store';
import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, Repository } from 'typeorm';
import type { RejectionReason } from '../domain/rejection';
import { ENTRY_KINDS } from '../intake/intake-entries';
import { LOG_POOL } from '../intake/ports';
import { QuarantineLineEntity } from './quarantine-line.entity';

/** A rejected input as the log holds it. */
export interface QuarantinedInput {
  readonly position: bigint;
  readonly rejected: ActivityRejected;
}

/** Which part of the quarantine is asked for. */
export interface QuarantinePage {
  readonly reason: RejectionReason | null;
  /** The position after which the page begins. */
  readonly after: bigint;
  readonly limit: number;
}

interface PayloadRow {
  readonly position: bigint;
  readonly payload: Buffer;
}

/** Reads rejected inputs out of the log, byte for byte. */
@Injectable()
export class QuarantineQuery {
  constructor(
    @InjectRepository(QuarantineLineEntity) private readonly lines: Repository<QuarantineLineEntity>,
    @Inject(LOG_POOL) private readonly pool: SqlPool,
  ) {}

  /** In the order in which they came. */
  async page({ reason, after, limit }: QuarantinePage): Promise<readonly QuarantinedInput[]> {
    const lines = await this.lines.find({
      where: { position: MoreThan(after), ...(reason === null ? {} : { reason }) },
      order: { position: 'ASC' },
      take: limit,
    });
    return this.read(lines.map(({ position }) => position));
  }

  /** The rejected input at a position, or null where the log has none. */
  async at(position: bigint): Promise<QuarantinedInput | null> {
    const [found] = await this.read([position]);
    return found ?? null;
  }

  private async read(positions: readonly bigint[]): Promise<readonly QuarantinedInput[]> {
    const { rows } = await this.pool.query<PayloadRow>(
      'select position, payload from log_entry where position = any ($1) and kind = $2 order by position',
      [positions, ENTRY_KINDS.rejected],
    );
    return rows.map(({ position, payload }) => ({
      position,
      rejected: fromBinary(ActivityRejectedSchema, payload),
    }));
  }
}
