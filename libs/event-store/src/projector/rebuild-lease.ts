import { LogError } from '../errors';
import type { SqlClient, SqlPool } from '../ports';
import type { GateReport, RebuildState } from './projection-state';

/** A rebuild that gives no sign of life for this long has lost its lease, in milliseconds. */
const LEASE_MS = 60_000;
const RENEW_EVERY_MS = LEASE_MS / 4;

/** Who may rebuild: one at a time over all projections of a log. Renewed until it is ended. */
export class RebuildLease {
  private phase: RebuildState['phase'] = 'filling';
  private position = 0n;
  private target = 0n;
  private readonly renewal: NodeJS.Timeout;

  private constructor(
    private readonly pool: SqlPool,
    readonly name: string,
    private readonly id: bigint,
    private readonly versions: { readonly from: number; readonly to: number },
  ) {
    this.renewal = setInterval(() => {
      // A lease that was lost is noticed by the next step.
      this.renew().catch(() => undefined);
    }, RENEW_EVERY_MS).unref();
  }

  /** @throws LogError KUDA-LOG-1020 for an unknown projection, KUDA-LOG-1021 while another rebuild runs. */
  static async take(pool: SqlPool, name: string): Promise<RebuildLease> {
    try {
      const { rows } = await pool.query<{ id: bigint; from_version: number; to_version: number }>(
        'select id, from_version, to_version from projection_begin($1, $2)',
        [name, LEASE_MS],
      );
      const [row] = rows;
      if (row !== undefined) {
        return new RebuildLease(pool, name, row.id, { from: row.from_version, to: row.to_version });
      }
    } catch (error) {
      const state = error instanceof Error && 'code' in error ? error.code : null;
      if (state === 'KU020') throw new LogError('KUDA-LOG-1021', name, { cause: error });
      if (state === 'KU021') throw new LogError('KUDA-LOG-1020', name, { cause: error });
      throw error;
    }
    throw new LogError('KUDA-LOG-1012', 'projection_begin answered nothing');
  }

  get fromVersion(): number {
    return this.versions.from;
  }

  get toVersion(): number {
    return this.versions.to;
  }

  /** Says how far it has come. @throws LogError KUDA-LOG-1022 when another process has taken over. */
  async note(
    phase: RebuildState['phase'],
    at?: { readonly position: bigint; readonly target: bigint },
  ): Promise<void> {
    this.phase = phase;
    this.position = at?.position ?? this.position;
    this.target = at?.target ?? this.target;
    if (!(await this.renew())) this.lost();
  }

  /** Moves the readers, when both versions stand at one position in the caller's transaction. */
  async swap(tx: SqlClient): Promise<boolean> {
    const { rows } = await tx.query<{ swapped: boolean }>('select projection_swap($1) as swapped', [this.id]);
    return rows[0]?.swapped === true;
  }

  /** Before the shares of a fill; answers the position they all come to, 0 where there is no fill by SQL. */
  async beginFill(): Promise<bigint> {
    const { rows } = await this.pool.query<{ upto: bigint | null }>(
      'select projection_begin_fill($1) as upto',
      [this.id],
    );
    return rows[0]?.upto ?? this.lost();
  }

  /** Fills one share of the version by SQL. @throws LogError KUDA-LOG-1022 when another process has taken over. */
  async fill(tx: SqlClient, share: number, shares: number): Promise<void> {
    const { rows } = await tx.query<{ filled: boolean }>('select projection_fill($1, $2, $3) as filled', [
      this.id,
      share,
      shares,
    ]);
    if (rows[0]?.filled !== true) this.lost();
  }

  /** After the shares: adds the keys. @throws LogError KUDA-LOG-1022 when another process has taken over. */
  async endFill(tx: SqlClient): Promise<void> {
    const { rows } = await tx.query<{ ended: boolean }>('select projection_end_fill($1) as ended', [this.id]);
    if (rows[0]?.ended !== true) this.lost();
  }

  async report(report: GateReport): Promise<void> {
    await this.pool.query('select projection_report($1, $2)', [this.id, JSON.stringify(report)]);
  }

  /** Gives the lease back; after a swap, which ends it by itself, this changes nothing more. */
  async end(phase: 'refused' | 'failed'): Promise<void> {
    clearInterval(this.renewal);
    await this.pool.query('select projection_end($1, $2)', [this.id, phase]);
  }

  private lost(): never {
    throw new LogError('KUDA-LOG-1022', `${this.name}: the lease was lost`);
  }

  private async renew(): Promise<boolean> {
    const { rows } = await this.pool.query<{ kept: boolean }>(
      'select projection_note($1, $2, $3, $4) as kept',
      [this.id, this.phase, this.position, this.target],
    );
    return rows[0]?.kept === true;
  }
}
