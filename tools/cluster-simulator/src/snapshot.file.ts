import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { StoreSnapshot } from './store/object-store';

/** What survives a restart of the simulator. */
export interface SimulatorSnapshot {
  readonly format: 1;
  /** The instant simulated last, milliseconds; time never goes back behind it. */
  readonly instantMs: number;
  readonly token: string;
  readonly store: StoreSnapshot;
}

/** Null when there is no file yet. Throws for a file that cannot be read: silently forgetting would lose Jobs. */
export function readSnapshot(path: string): SimulatorSnapshot | null {
  if (!existsSync(path)) return null;
  const snapshot = JSON.parse(readFileSync(path, 'utf8')) as SimulatorSnapshot;
  if ((snapshot as { readonly format: number }).format !== 1) throw new Error(`unknown format of ${path}`);
  return snapshot;
}

/** Written beside and moved into place: a reader finds the old file or the new one, never half of one. */
export function writeSnapshot(path: string, snapshot: SimulatorSnapshot): void {
  const beside = `${path}.${String(process.pid)}.tmp`;
  writeFileSync(beside, JSON.stringify(snapshot), { mode: 0o600 });
  renameSync(beside, path);
}
