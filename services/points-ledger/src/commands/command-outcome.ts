import { firstOutcome, type StoredEntry } from '@kuda/event-store';
import { decodeRecord } from '@kuda/ledger-core';
import { amountText, timeText, toRfc3339 } from '@kuda/service-kit';
import { z } from 'zod';
import { snakeCase, toJsonView } from '../ledger/json-view';
import type { Shard } from '../shards/shard';
import type { Shards } from '../shards/shards';

const balance = z.strictObject({
  asset: z.string(),
  available: amountText,
  pending: amountText,
  held: amountText,
  debt: amountText,
});

/** What came of a command, as its record says. */
export const commandOutcome = z.strictObject({
  command_id: z.string(),
  user_id: z.string(),
  status: z
    .enum(['recorded', 'refused', 'pending'])
    .describe('`pending`: on its way; its outcome will be at `Location`.'),
  shard: z.int().min(0),
  position: amountText.nullable().describe('Position of its record in the log of the shard.'),
  account_version: amountText.nullable(),
  recorded_at: timeText.nullable(),
  kind: z.string().nullable().describe('What happened: `balance_adjusted`, `command_refused` …'),
  result: z.record(z.string(), z.unknown()).nullable().describe("The record's members, by kind."),
  entries: z.array(
    z.strictObject({ account: z.string(), asset: z.string(), amount: amountText, lot_id: z.string() }),
  ),
  balances: z.array(balance).describe("All of the user's balances after it."),
});

export type CommandOutcome = z.output<typeof commandOutcome>;

/** The outcome that an entry is. */
export function outcomeView(entry: StoredEntry, shard: number): CommandOutcome {
  const { commandId, userId, accountVersion, body, entries, balances } = decodeRecord(entry.payload);
  return {
    command_id: commandId,
    user_id: userId,
    status: body.case === 'commandRefused' ? 'refused' : 'recorded',
    shard,
    position: entry.position.toString(),
    account_version: accountVersion.toString(),
    recorded_at: toRfc3339(entry.recordedAtUs),
    kind: snakeCase(body.case),
    result: toJsonView(body.value) as Record<string, unknown>,
    entries: toJsonView(entries) as CommandOutcome['entries'],
    balances: toJsonView(balances) as CommandOutcome['balances'],
  };
}

/** The answer while there is no outcome yet. */
export function pendingView(commandId: string, userId: string, shard: number): CommandOutcome {
  const nothing = { position: null, account_version: null, recorded_at: null, kind: null, result: null };
  return {
    command_id: commandId,
    user_id: userId,
    status: 'pending',
    shard,
    ...nothing,
    entries: [],
    balances: [],
  };
}

/** The record of a command in whichever shard it was decided, or null: an id alone does not say where its user lives. */
export async function findOutcome(
  shards: Shards,
  commandId: string,
): Promise<{ readonly entry: StoredEntry; readonly shard: Shard } | null> {
  const found = await Promise.all(
    shards.all.map(async (shard) => ({ shard, entry: await firstOutcome(shard.pool, commandId) })),
  );
  for (const { shard, entry } of found) if (entry !== null) return { shard, entry };
  return null;
}
