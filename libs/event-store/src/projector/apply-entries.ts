import { LogError } from '../errors';
import type { SqlClient, StoredEntry } from '../ports';
import { readEntries } from '../readers/entries';
import { advanceProjection } from './advance-projection';
import type { Projection } from './projection';

/** Entries that a rebuild applies in one transaction. */
export const MAX_REBUILD_BATCH = 1_000;

export interface VersionAt {
  readonly version: number;
  readonly position: bigint;
}

/** @throws LogError KUDA-LOG-1010 unless the entries follow `from` without a gap. */
export function assertContiguous(from: bigint, entries: readonly StoredEntry[]): void {
  let expected = from;
  for (const { position } of entries) {
    expected += 1n;
    if (position === expected) continue;
    const after = (expected - 1n).toString();
    throw new LogError('KUDA-LOG-1010', `position ${position.toString()} follows ${after}`);
  }
}

/** Applies the next entries after `at`, at most up to `upTo`, in the caller's transaction; answers where it stands then. */
export async function applyNext(
  tx: SqlClient,
  projection: Projection,
  at: VersionAt & { readonly upTo: bigint },
): Promise<bigint> {
  const missing = at.upTo - at.position;
  if (missing <= 0n) return at.position;
  const limit = missing < BigInt(MAX_REBUILD_BATCH) ? Number(missing) : MAX_REBUILD_BATCH;
  const entries = await readEntries(tx, { after: at.position, limit });
  const to = entries.at(-1)?.position;
  if (to === undefined) return at.position;
  assertContiguous(at.position, entries);
  const key = { name: projection.name, version: at.version };
  if (!(await advanceProjection(tx, key, { from: at.position, to }))) {
    throw new LogError('KUDA-LOG-1010', `the checkpoint is not at ${at.position.toString()}`);
  }
  await projection.apply(tx, entries, at.version);
  return to;
}
