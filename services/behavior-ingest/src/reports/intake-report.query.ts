import type { SqlPool } from '@kuda/event-store';
import { Inject, Injectable } from '@nestjs/common';
import { isRejectionReason, type RejectionReason } from '../domain/rejection';
import { TOTALS } from '../intake/intake.policy';
import { LOG_POOL } from '../intake/ports';

/** What became of all inputs up to a position of the log. */
export interface IntakeReport {
  readonly accepted: number;
  readonly duplicates: number;
  /** Of the accepted ones: rejected inputs that were replayed. */
  readonly replayed: number;
  /** Of the rejected ones: given up. */
  readonly discarded: number;
  /** Only reasons that occurred. */
  readonly rejected: Readonly<Partial<Record<RejectionReason, number>>>;
  readonly position: bigint;
}

interface TotalRow {
  readonly position: bigint;
  readonly key: string | null;
  readonly amount: string | null;
}

/** Reads the log's totals, which change in the transaction of the entries that they count. */
@Injectable()
export class IntakeReportQuery {
  constructor(@Inject(LOG_POOL) private readonly pool: SqlPool) {}

  /** One statement, hence one snapshot: counts and position belong together. */
  async report(): Promise<IntakeReport> {
    const { rows } = await this.pool.query<TotalRow>(
      'select h.position, t.key, t.amount::text as amount from log_head h left join log_total t on true',
    );
    const totals = new Map(rows.map(({ key, amount }) => [key ?? '', Number(amount ?? 0)]));
    const rejected = [...totals].flatMap(([key, count]) => {
      const reason = key.startsWith(TOTALS.rejectedPrefix) ? key.slice(TOTALS.rejectedPrefix.length) : '';
      return isRejectionReason(reason) ? [[reason, count] as const] : [];
    });
    return {
      accepted: totals.get(TOTALS.accepted) ?? 0,
      duplicates: totals.get(TOTALS.duplicates) ?? 0,
      replayed: totals.get(TOTALS.replayed) ?? 0,
      discarded: totals.get(TOTALS.discarded) ?? 0,
      rejected: Object.fromEntries(rejected.sort(([a], [b]) => a.localeCompare(b))),
      position: rows[0]?.position ?? 0n,
    };
  }
}
