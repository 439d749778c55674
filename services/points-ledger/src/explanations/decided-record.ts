import { entryAsOf, readEntries, streamBackwards, type StoredEntry } from '@kuda/event-store';
import { decodeRecord, type AssetAmount, type Recorded } from '@kuda/ledger-core';
import { findOutcome } from '../commands/command-outcome';
import type { Shard } from '../shards/shard';
import type { Shards } from '../shards/shards';

/** Records that a hold appears in; the newest this many are looked at for what was held at a position. */
const HOLD_KINDS = ['HoldPlaced', 'HoldCaptured', 'HoldSettled', 'HoldReleased', 'HoldExtended'];
const MAX_HOLD_RECORDS = 1_000;

/** A record with the user's account as it stood when it was decided. */
export interface DecidedRecord {
  readonly shard: Shard;
  readonly entry: StoredEntry;
  readonly record: Recorded;
  /** The record before it; null for the first of the user. */
  readonly before: Recorded | null;
}

/** A hold as it stood at a position. */
export interface HoldThen {
  readonly holdId: string;
  readonly redemptionId: string;
  readonly amounts: readonly AssetAmount[];
  readonly expiresAtUs: bigint;
}

/** The record that a command or an activity event made, in whichever shard; null while it has none. */
export async function recordOfCommand(shards: Shards, commandId: string): Promise<DecidedRecord | null> {
  const found = await findOutcome(shards, commandId);
  return found === null ? null : withAccount(found.shard, found.entry);
}

/** The record at a position of a shard's log, or null. */
export async function recordAtPosition(shard: Shard, position: bigint): Promise<DecidedRecord | null> {
  const [entry] = await readEntries(shard.pool, { after: position - 1n, limit: 1 });
  return entry?.position === position ? withAccount(shard, entry) : null;
}

async function withAccount(shard: Shard, entry: StoredEntry): Promise<DecidedRecord> {
  const { streamId, position } = entry;
  const earlier = streamId === null ? null : await entryAsOf(shard.pool, streamId, position - 1n);
  const before = earlier === null ? null : decodeRecord(earlier.payload);
  return { shard, entry, record: decodeRecord(entry.payload), before };
}

/** The holds that were open before a record, oldest first. */
export async function holdsBefore({ shard, entry }: DecidedRecord): Promise<readonly HoldThen[]> {
  if (entry.streamId === null) return [];
  const page = { kinds: HOLD_KINDS, before: entry.position, limit: MAX_HOLD_RECORDS };
  const entries = await streamBackwards(shard.pool, entry.streamId, page);
  const open = new Map<string, HoldThen>();
  for (const { payload } of entries.toReversed()) follow(open, decodeRecord(payload));
  return [...open.values()];
}

function follow(open: Map<string, HoldThen>, { body }: Recorded): void {
  switch (body.case) {
    case 'holdPlaced': {
      const { holdId, redemptionId, amounts, expiresAtUs } = body.value;
      open.set(holdId, { holdId, redemptionId, amounts, expiresAtUs });
      return;
    }
    case 'holdCaptured':
    case 'holdExtended': {
      const known = open.get(body.value.holdId);
      if (known === undefined) return;
      const { value } = body;
      open.set(known.holdId, {
        ...known,
        ...('remaining' in value ? { amounts: value.remaining } : { expiresAtUs: value.expiresAtUs }),
      });
      return;
    }
    case 'holdSettled':
    case 'holdReleased':
      open.delete(body.value.holdId);
      return;
    default:
      return;
  }
}
