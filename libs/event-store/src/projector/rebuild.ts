import { setTimeout as sleep } from 'node:timers/promises';
import { LogError } from '../errors';
import type { SqlClient, SqlPool } from '../ports';
import { projectionPosition } from './advance-projection';
import { advance, catchUp, freeze } from './catch-up';
import { compareVersions } from './compare-versions';
import type { Projection } from './projection';
import { readVersion, type GateReport } from './projection-state';
import { RebuildLease } from './rebuild-lease';

/** The longest statement of a fill, in milliseconds. */
const MAX_FILL_MS = 60 * 60_000;
/**
 * Sessions that fill at once. Each reads the whole log and folds its share of it: two take less than two thirds of the
 * time of one, and leave cores to whoever writes.
 */
const FILL_SHARES = 2;
/** Behind the version that is read by no more than this, what is missing is applied while that one is kept still. */
export const NEAR_ENTRIES = 500n;
/** How often to wait for the version that is read, or for readers who hold the views, and how long each time. */
const MAX_PAUSES = 240;
const PAUSE_MS = 250;

/** Runs an exchange of versions; whoever projects the one that is read moves on to the other with it. */
export type WhileSwapping = (swap: () => Promise<void>) => Promise<void>;

export interface RebuildOptions {
  /** Three connections at once. */
  readonly pool: SqlPool;
  readonly projection: Projection;
  /** Swap although rows differ: the reason and who says so, for the report. */
  readonly acceptDifference?: string;
  readonly whileSwapping: WhileSwapping;
}

export interface RebuildResult {
  readonly phase: 'swapped' | 'refused';
  readonly version: number;
  readonly report: GateReport;
  readonly took: RebuildTimes;
}

/** How long each part took, in milliseconds, and how far the fill by SQL came. */
export interface RebuildTimes {
  readonly filledTo: bigint;
  readonly fillMs: number;
  readonly followMs: number;
  readonly compareMs: number;
  readonly swapMs: number;
}

/** A rebuild that has its lease and may run. */
export interface BegunRebuild {
  readonly version: number;
  run(): Promise<RebuildResult>;
}

interface Rebuild extends RebuildOptions {
  readonly lease: RebuildLease;
}

/**
 * Begins to make the next version of a projection beside the one that is read. `run` fills it, follows the log until it
 * has caught up, compares both at one position, and only when they are equal lets readers see the new one. Writes go on
 * all the time, and no read waits for more than the exchange of the views.
 * @throws LogError KUDA-LOG-1021 while another rebuild runs
 */
export async function beginRebuild(options: RebuildOptions): Promise<BegunRebuild> {
  const lease = await RebuildLease.take(options.pool, options.projection.name);
  return { version: lease.toVersion, run: () => run({ ...options, lease }) };
}

async function run(rebuild: Rebuild): Promise<RebuildResult> {
  const { lease, acceptDifference, whileSwapping } = rebuild;
  try {
    const begun = performance.now();
    const filledTo = await fill(rebuild);
    const filled = performance.now();
    await follow(rebuild, filledTo);
    const followed = performance.now();
    const seen = await gate(rebuild);
    const compared = performance.now();
    const report = acceptDifference === undefined ? seen : { ...seen, accepted: acceptDifference };
    await lease.report(report);
    const took = (): RebuildTimes => ({
      ...{ filledTo, fillMs: filled - begun, followMs: followed - filled, compareMs: compared - followed },
      swapMs: performance.now() - compared,
    });
    const result = { version: lease.toVersion, report };
    if (!report.equal && acceptDifference === undefined) {
      await lease.end('refused');
      return { phase: 'refused', ...result, took: took() };
    }
    await whileSwapping(() => swap(rebuild));
    // The swap has ended it already; this ends the renewal of the lease.
    await lease.end('failed');
    return { phase: 'swapped', ...result, took: took() };
  } catch (error) {
    await lease.end('failed').catch(() => undefined);
    throw error;
  }
}

/**
 * The fill by SQL, where there is one, and the keys; answers the position it has come to. Until its last transaction the
 * version has no position: who fails on the way, or dies, leaves what the end of the lease drops.
 */
async function fill({ pool, lease }: Rebuild): Promise<bigint> {
  const upto = await lease.beginFill();
  const shares = Array.from({ length: upto === 0n ? 0 : FILL_SHARES }, (_, share) =>
    unhurried(pool, (tx) => lease.fill(tx, share, FILL_SHARES)),
  );
  // All of them have ended before the lease does: tables are not dropped under a share.
  await Promise.allSettled(shares);
  await Promise.all(shares);
  await unhurried(pool, (tx) => lease.endFill(tx));
  return upto;
}

function unhurried<T>(pool: SqlPool, work: (tx: SqlClient) => Promise<T>): Promise<T> {
  return pool.transaction(async (tx) => {
    await tx.query(`set local statement_timeout = ${String(MAX_FILL_MS)}`);
    return work(tx);
  });
}

/** Applies entries until the version that is read is near. */
async function follow({ pool, projection, lease }: Rebuild, from: bigint): Promise<void> {
  let position = from;
  for (;;) {
    const { position: target } = await readVersion(pool, projection.name);
    await lease.note('tailing', { position, target });
    if (target - position <= NEAR_ENTRIES) return;
    position = await advance(pool, projection, { version: lease.toVersion, position, upTo: target });
  }
}

/**
 * Both versions at one position: the one that is read is kept still until the other has come to it and a snapshot has
 * been taken of both. The comparison, which may take long, reads the snapshot and holds up nobody.
 */
async function gate(rebuild: Rebuild): Promise<GateReport> {
  const { pool, projection, lease } = rebuild;
  for (let pause = 0; pause < MAX_PAUSES; pause += 1) {
    const comparison = await pool.transaction(async (kept) => {
      const position = await freeze(kept, projection.name, lease.fromVersion);
      if (!(await comeTo(rebuild, position))) return null;
      return compareLater(rebuild, position);
    });
    if (comparison !== null) return comparison.report;
    await sleep(PAUSE_MS);
    await lease.note('tailing');
  }
  throw new LogError('KUDA-LOG-1022', `${projection.name}: the version that is read does not come on`);
}

/** Brings the rebuilt version to where the other one stands; false when a fill has taken it further already. */
async function comeTo({ pool, projection, lease }: Rebuild, target: bigint): Promise<boolean> {
  const version = lease.toVersion;
  let position = await projectionPosition(pool, { name: projection.name, version });
  while (position < target) position = await advance(pool, projection, { version, position, upTo: target });
  return position === target;
}

/** Resolves once the snapshot has been taken; the report follows. */
async function compareLater(
  { pool, projection, lease }: Rebuild,
  position: bigint,
): Promise<{ readonly report: Promise<GateReport> }> {
  const taken = Promise.withResolvers<undefined>();
  const report = pool.transaction(async (tx) => {
    await tx.query('set transaction isolation level repeatable read, read only');
    await tx.query('select from projection limit 1');
    taken.resolve(undefined);
    const versions = { live: lease.fromVersion, rebuilt: lease.toVersion };
    return compareVersions(tx, projection, { ...versions, position });
  });
  report.catch(taken.reject);
  await taken.promise;
  await lease.note('comparing', { position, target: position });
  return { report };
}

/** The last entries and the exchange of the views are one transaction. */
async function swap({ pool, projection, lease }: Rebuild): Promise<void> {
  for (let pause = 0; pause < MAX_PAUSES; pause += 1) {
    await lease.note('swapping');
    const swapped = await pool
      .transaction(async (tx) => {
        await catchUp(tx, projection, { live: lease.fromVersion, other: lease.toVersion });
        return lease.swap(tx);
      })
      .catch((error: unknown) => {
        if (isLockTimeout(error)) return false;
        throw error;
      });
    if (swapped) return;
    await sleep(PAUSE_MS);
  }
  throw new LogError('KUDA-LOG-1022', `${projection.name} v${String(lease.toVersion)}`);
}

const LOCK_NOT_AVAILABLE = '55P03';

function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === LOCK_NOT_AVAILABLE;
}
