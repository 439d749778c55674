import { setTimeout as sleep } from 'node:timers/promises';
import { LogError } from '../errors';
import type { SqlClient } from '../ports';

/** How often a reader that waits for a position looks again, in milliseconds. */
const LOOK_EVERY_MS = 20;

/** Which version of a projection is read, and the position up to which it is complete. */
export interface ReadVersion {
  readonly version: number;
  readonly position: bigint;
}

/** One rebuild, running or ended. */
export interface RebuildState {
  readonly id: bigint;
  readonly fromVersion: number;
  readonly toVersion: number;
  readonly phase:
    'filling' | 'tailing' | 'comparing' | 'swapping' | 'swapped' | 'refused' | 'failed' | 'abandoned';
  /** How far it has come, and where the version that is read stood then. */
  readonly position: bigint;
  readonly target: bigint;
  readonly report: GateReport | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
}

/** What the gate saw when it compared two versions at one position. */
export interface GateReport {
  readonly position: string;
  readonly equal: boolean;
  /** Per table: rows and digest of the version that is read and of the rebuilt one. */
  readonly tables: readonly TableComparison[];
  /** Why a difference was accepted, by whom it is told. */
  readonly accepted?: string;
}

export interface TableComparison {
  readonly table: string;
  readonly live: string;
  readonly rebuilt: string;
  /** The first key whose rows differ, with both rows; null stands for no row. */
  readonly difference?: { readonly key: unknown; readonly live: unknown; readonly rebuilt: unknown };
}

/** A projection with its versions, for operators. */
export interface ProjectionState extends ReadVersion {
  readonly name: string;
  /** Kept for a rollback; null when there is none. */
  readonly previousVersion: number | null;
  readonly lastRebuild: RebuildState | null;
}

/** @throws LogError KUDA-LOG-1020 when there is no projection of this name. */
export async function readVersion(sql: SqlClient, name: string): Promise<ReadVersion> {
  const { rows } = await sql.query<ReadVersion>(
    'select version, position from projection_position where name = $1',
    [name],
  );
  if (rows[0] === undefined) throw new LogError('KUDA-LOG-1020', name);
  return rows[0];
}

/** Waits until what is read of a projection has come to `least`; answers where it stands, at the latest after `timeoutMs`. */
export async function awaitPosition(
  sql: SqlClient,
  wanted: { readonly name: string; readonly least: bigint },
  timeoutMs: number,
): Promise<bigint> {
  const untilMs = performance.now() + timeoutMs;
  for (;;) {
    const { position } = await readVersion(sql, wanted.name);
    if (position >= wanted.least || performance.now() >= untilMs) return position;
    await sleep(LOOK_EVERY_MS);
  }
}

/** Every projection of the log with its last rebuild, by name. */
export async function readProjections(sql: SqlClient): Promise<readonly ProjectionState[]> {
  const { rows } = await sql.query<ProjectionState>(`
    select p.name, p.current_version as version, p.previous_version as "previousVersion", s.position,
           r.last as "lastRebuild"
      from projection p join projection_position s using (name)
      left join lateral (
        select to_jsonb(r) as last from projection_rebuild r where r.name = p.name order by r.id desc limit 1
      ) r on true
     order by p.name`);
  return rows.map((row) => ({ ...row, lastRebuild: rebuildOf(row.lastRebuild as RebuildRow | null) }));
}

interface RebuildRow {
  readonly id: number;
  readonly from_version: number;
  readonly to_version: number;
  readonly phase: RebuildState['phase'];
  readonly position: number;
  readonly target: number;
  readonly report: GateReport | null;
  readonly started_at: string;
  readonly ended_at: string | null;
}

function rebuildOf(row: RebuildRow | null): RebuildState | null {
  if (row === null) return null;
  return {
    id: BigInt(row.id),
    fromVersion: row.from_version,
    toVersion: row.to_version,
    phase: row.phase,
    position: BigInt(row.position),
    target: BigInt(row.target),
    report: row.report,
    startedAt: new Date(row.started_at),
    endedAt: row.ended_at === null ? null : new Date(row.ended_at),
  };
}
