import type { CommitSignal, SqlClient, SqlPool } from '../ports';
import type { TailHealth } from '../tail/tail-loop';
import type { Projection } from './projection';
import { readVersion } from './projection-state';
import { sqlUnit } from './projection-unit';
import { Projector } from './projector';
import { beginRebuild, type BegunRebuild } from './rebuild';
import { rollbackProjection } from './rollback';

export interface LiveProjectionOptions {
  readonly projection: Projection;
  readonly pool: SqlPool;
  /** Wakes the projector after each commit; without it the poll does. */
  readonly signal?: CommitSignal;
  /** See `ProjectorOptions.paceMs`. */
  readonly paceMs?: number;
  /** Told once when the projector has given up; the process must end. */
  readonly onFatal: (error: Error) => void;
}

const NOT_STARTED: TailHealth = { position: 0n, failures: 0, lastError: null };

/** Keeps the version of a projection that is read up with the log, and moves on when another one is. */
export class LiveProjection {
  private projector: Projector<SqlClient> | null = null;

  constructor(private readonly options: LiveProjectionOptions) {}

  get name(): string {
    return this.options.projection.name;
  }

  /** The last position applied to the version that is read. */
  get position(): bigint {
    return this.projector?.position ?? 0n;
  }

  async start(): Promise<void> {
    const { version } = await readVersion(this.options.pool, this.name);
    this.projector = this.projectorOf(version);
    this.projector.start();
  }

  async stop(): Promise<void> {
    await this.projector?.stop();
  }

  health(): TailHealth {
    return this.projector?.health() ?? NOT_STARTED;
  }

  /** True once everything up to `position` is applied; false when `timeoutMs` have passed. */
  waitFor(position: bigint, timeoutMs: number): Promise<boolean> {
    return this.projector?.waitFor(position, timeoutMs) ?? Promise.resolve(false);
  }

  /** @throws LogError KUDA-LOG-1021 while a rebuild runs */
  beginRebuild(acceptDifference?: string): Promise<BegunRebuild> {
    const { pool, projection } = this.options;
    const accepted = acceptDifference === undefined ? {} : { acceptDifference };
    return beginRebuild({ pool, projection, ...accepted, whileSwapping: (swap) => this.follow(swap) });
  }

  /** The version that is read again, or null when there is none to go back to. */
  rollback(): Promise<number | null> {
    const { pool, projection } = this.options;
    return rollbackProjection({ pool, projection, whileSwapping: (swap) => this.follow(swap) });
  }

  /** The old projector keeps its version, where no reader sees it, only until the new one has started. */
  private async follow(swap: () => Promise<void>): Promise<void> {
    await swap();
    const old = this.projector;
    await this.start();
    await old?.stop();
  }

  private projectorOf(version: number): Projector<SqlClient> {
    const { projection, pool, signal, paceMs, onFatal } = this.options;
    return new Projector({
      name: projection.name,
      version,
      sql: pool,
      unit: sqlUnit(pool),
      apply: (tx, entries) => projection.apply(tx, entries, version),
      ...(signal === undefined ? {} : { signal }),
      ...(paceMs === undefined ? {} : { paceMs }),
      onFatal,
    });
  }
}
