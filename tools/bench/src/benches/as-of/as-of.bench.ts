import { entryAsOf, positionAt, type SqlPool } from '@kuda/event-store';
import { decodeRecord } from '@kuda/ledger-core';
import { userStream } from '@kuda/points-ledger/ledger';
import type { Bench, BenchOptions, BenchResult, Measurement } from '../../frame/bench';
import { Latencies } from '../../frame/latency';
import { accountId, fillLog, type FilledLog } from '../rebuild/filled-log';
import { openBenchLog } from '../rebuild/open-log';

const DEFAULT_ENTRIES = 500_000;
const DEFAULT_SECONDS = 5;
const WARM_UP_READS = 1_000;
/** Accounts with a few entries each, before the hot one. */
const COLD_ACCOUNTS = 20_000;
const ENTRIES_PER_STATEMENT = 50_000;
const MS_PER_SECOND = 1_000;
const HOT = userStream(accountId(COLD_ACCOUNTS));

/** Where the entries of the hot account stand: every position in it is one of them. */
interface HotRange {
  readonly before: bigint;
  readonly entries: number;
}

/** Balances as of a position, of one account with very many entries. */
export const asOfBench: Bench = {
  name: 'as-of',
  summary: 'balances as of random positions and instants, for an account of 500,000 entries',
  flags: [{ name: 'entries', meaning: 'entries of the account', byDefault: DEFAULT_ENTRIES }],
  run: async (options) => {
    const opened = { ...(await openBenchLog(options, 'as_of')), accounts: COLD_ACCOUNTS };
    const before = await fillLog(opened);
    const entries = options.numbers['entries'] ?? DEFAULT_ENTRIES;
    await fillHot(opened, { before, entries });
    const around = { options, pool: opened.pool, range: { before, entries } };
    const byPosition = await measure(around, 'position', (position) => Promise.resolve(position));
    // An entry's ledger time is its position here.
    const byInstant = await measure(around, 'instant', (instant) => positionAt(opened.pool, instant));
    return resultOf(opened.postgres.about, byPosition, byInstant);
  },
};

/** The last entry of account 0, again and again, as entries of one more account. */
async function fillHot({ admin, say }: FilledLog, { before, entries }: HotRange): Promise<void> {
  await admin.query('select cover_position($1)', [before + BigInt(entries)]);
  for (let first = 1; first <= entries; first += ENTRIES_PER_STATEMENT) {
    await admin.query(
      `insert into log_entry (position, command_id, fingerprint, stream_id, stream_version, kind, payload, traceparent,
                              recorded_at_us, leaf_hash)
       select $1 + v, 'hot-' || v, t.fingerprint, '${HOT}', v, t.kind, t.payload, null, $1 + v, t.leaf_hash
         from (select * from log_entry where position = $1) as t, generate_series($2::bigint, $3::bigint) as v`,
      [before, first, Math.min(first + ENTRIES_PER_STATEMENT - 1, entries)],
    );
  }
  await admin.query('update log_head set position = $1', [before + BigInt(entries)]);
  await admin.query('vacuum analyze log_entry');
  say(`${String(entries)} entries of one account, among ${String(before)} others`);
}

interface Around {
  readonly options: BenchOptions;
  readonly pool: SqlPool;
  readonly range: HotRange;
}

/** Reads at random places for a while, one read after the other; every answer is checked. */
async function measure(
  { options, pool, range }: Around,
  by: string,
  positionOf: (place: bigint) => Promise<bigint>,
): Promise<Measurement> {
  const read = async (): Promise<void> => {
    const version = BigInt(1 + Math.floor(Math.random() * range.entries));
    const entry = await entryAsOf(pool, HOT, await positionOf(range.before + version));
    const balances = entry === null ? 0 : decodeRecord(entry.payload).balances.length;
    if (entry?.streamVersion !== version || balances === 0)
      throw new Error(`as of version ${String(version)}`);
  };
  for (let warm = 0; warm < WARM_UP_READS; warm += 1) await read();
  const latencies = new Latencies();
  const startedAt = performance.now();
  const untilMs = startedAt + (options.seconds ?? DEFAULT_SECONDS) * MS_PER_SECOND;
  while (performance.now() < untilMs) {
    const sentAt = performance.now();
    await read();
    latencies.record(performance.now() - sentAt);
  }
  const rate = (latencies.count / (performance.now() - startedAt)) * MS_PER_SECOND;
  options.say(`as of a random ${by}: p50 ${String(latencies.percentileMs(50))} ms`);
  return {
    ...{ system: 'kuda', workload: `as of a random ${by}`, ops_per_second: rate },
    ...{ p50_ms: latencies.percentileMs(50), p99_ms: latencies.percentileMs(99) },
    note: 'round trip and decoding included, one at a time',
  };
}

function resultOf(
  servers: BenchResult['servers'],
  byPosition: Measurement,
  byInstant: Measurement,
): BenchResult {
  const bound = 1;
  return {
    results: [byPosition, byInstant],
    ratios: {},
    limits: [
      { what: 'p50 ms as of a position', measured: byPosition.p50_ms ?? Infinity, at: 'most', bound },
      { what: 'p99 ms as of a position', measured: byPosition.p99_ms ?? Infinity, at: 'most', bound },
    ],
    servers,
  };
}
