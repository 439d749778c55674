import {
  createCommitter,
  LiveProjection,
  systemClock,
  type Projection,
  type RebuildResult,
  type SqlPool,
  type StoredEntry,
} from '@kuda/event-store';
import { LedgerPolicy } from '@kuda/points-ledger/ledger';
import { bindProjections, projectionFacts } from '@kuda/points-ledger/projections';
import type { Bench, BenchOptions, BenchResult } from '../../frame/bench';
import { Latencies } from '../../frame/latency';
import type { BenchPostgres } from '../../frame/servers';
import {
  accountId,
  BALANCES_PER_ACCOUNT,
  ENTRIES_PER_ACCOUNT,
  envelopeOf,
  fillBalances,
  fillLog,
  type FilledLog,
} from './filled-log';
import { openBenchLog } from './open-log';

const DEFAULT_BALANCES = 1_000_000;
const WRITTEN_AT_ONCE = 20;
const WRITE_EVERY_MS = 50;
const MS_PER_SECOND = 1_000;

interface Around extends FilledLog {
  readonly postgres: BenchPostgres;
  readonly balances: Projection;
}

/** A rebuild of the balances while commands are written and a reader loops. */
export const rebuildBench: Bench = {
  name: 'rebuild',
  summary: 'balances made anew from the log: rate of the fill, equal digest, swap without a failed read',
  flags: [
    { name: 'balances', meaning: 'balances that the log adds up to', byDefault: DEFAULT_BALANCES },
    { name: 'reads', meaning: 'reads a second meanwhile; 0: one after the other', byDefault: 0 },
  ],
  run: async (options) => {
    const around = await openLog(options);
    const entries = await fillLog(around);
    await followTemplate(around);
    await fillBalances(around, entries);
    options.say(
      `${String(entries)} entries, ${String(around.accounts * BALANCES_PER_ACCOUNT)} balances; rebuilding`,
    );
    return measure(around, options);
  },
};

async function openLog(options: BenchOptions): Promise<Around> {
  const opened = await openBenchLog(options, 'rebuild');
  const balances = bindProjections(projectionFacts(opened.rules)).find(({ name }) => name === 'balances');
  if (balances === undefined) throw new Error('there is no projection of balances');
  const accounts = Math.ceil((options.numbers['balances'] ?? DEFAULT_BALANCES) / BALANCES_PER_ACCOUNT);
  return { ...opened, accounts, balances };
}

/** The projection applies the entries of account 0 as it does in service; the other accounts are copies of it. */
async function followTemplate({ pool, admin, balances }: Around): Promise<void> {
  const { rows } = await admin.query<StoredEntry>(
    `select position, kind, payload from log_entry where stream_id = 'user-${accountId(0)}' order by position`,
  );
  await pool.transaction((tx) => balances.apply(tx, rows, 1));
}

async function measure(around: Around, options: BenchOptions): Promise<BenchResult> {
  const { pool, balances, postgres } = around;
  const writing = new AbortController();
  const fatal: Error[] = [];
  const live = new LiveProjection({ projection: balances, pool, onFatal: (error) => void fatal.push(error) });
  await live.start();
  const written = write(around, writing.signal);
  const reads = options.numbers['reads'] ?? 0;
  const read = loopReads(around, { stop: writing.signal, everyMs: reads > 0 ? MS_PER_SECOND / reads : 0 });
  const result = await (await live.beginRebuild()).run();
  writing.abort();
  const [commands, readMeanwhile] = [await written, await read];
  await live.stop();
  if (fatal[0] !== undefined) throw fatal[0];
  options.say(`the rebuild has ${result.phase}`);
  return resultOf({ postgres, result, commands, reads: readMeanwhile });
}

/** Commands of new users, as fast as a quiet service gets them. */
async function write({ pool, rules }: Around, stop: AbortSignal): Promise<number> {
  const onFatal = (error: Error): void => {
    throw error;
  };
  const policy = new LedgerPolicy(
    () => rules,
    () => undefined,
    pool,
  );
  const committer = createCommitter({ pool, policy, clock: systemClock, owner: 'bench', onFatal });
  await committer.start();
  let commands = 0;
  while (!stop.aborted) {
    const batch = Array.from({ length: WRITTEN_AT_ONCE }, (_, index) =>
      envelopeOf(
        `w${String(index)}`,
        { type: 'open-account', reason: 'bench' },
        `w-${String(commands + index)}`,
      ),
    );
    await committer.submit(batch);
    commands += batch.length;
    await new Promise((resolve) => setTimeout(resolve, WRITE_EVERY_MS));
  }
  await committer.stop();
  return commands;
}

interface Reads {
  readonly latencies: Latencies;
  readonly failed: number;
}

interface Pace {
  readonly stop: AbortSignal;
  /** From the start of a read to that of the next one, when it has ended by then. */
  readonly everyMs: number;
}

async function loopReads({ pool, accounts }: Around, { stop, everyMs }: Pace): Promise<Reads> {
  const latencies = new Latencies();
  let failed = 0;
  for (let read = 0; !stop.aborted; read += 1) {
    const startedAt = performance.now();
    failed += (await readOne(pool, accountId((read * 7_919) % accounts))) ? 0 : 1;
    const tookMs = performance.now() - startedAt;
    latencies.record(tookMs);
    if (tookMs < everyMs) await new Promise((resolve) => setTimeout(resolve, everyMs - tookMs));
  }
  return { latencies, failed };
}

/** One user's balances with the position that they are of; false when the answer is not whole. */
async function readOne(pool: SqlPool, userId: string): Promise<boolean> {
  try {
    const { rows } = await pool.query(
      `select b.*, p.position as at from balance b cross join projection_position p
        where b.user_id = $1 and p.name = 'balances'`,
      [userId],
    );
    return rows.length === BALANCES_PER_ACCOUNT;
  } catch {
    return false;
  }
}

interface Measured {
  readonly postgres: BenchPostgres;
  readonly result: RebuildResult;
  readonly commands: number;
  readonly reads: Reads;
}

function resultOf({ postgres, result, commands, reads }: Measured): BenchResult {
  const { took, report, phase } = result;
  const { latencies, failed } = reads;
  const rate = Number(took.filledTo) / (took.fillMs / MS_PER_SECOND);
  const seconds = (ms: number): string => (ms / MS_PER_SECOND).toFixed(2);
  const total = took.fillMs + took.followMs + took.compareMs + took.swapMs;
  const note =
    `${String(took.filledTo)} entries, ${String(ENTRIES_PER_ACCOUNT)} an account; ` +
    `fill ${seconds(took.fillMs)} s, follow ${seconds(took.followMs)} s, compare ${seconds(took.compareMs)} s, ` +
    `swap ${seconds(took.swapMs)} s`;
  const [p50, p99] = [latencies.percentileMs(50), latencies.percentileMs(99)];
  return {
    results: [
      {
        system: 'kuda',
        workload: 'fill by SQL, entries',
        ops_per_second: rate,
        p50_ms: null,
        p99_ms: null,
        note,
      },
      {
        ...{
          system: 'kuda',
          workload: 'reads meanwhile',
          ops_per_second: latencies.count / (total / MS_PER_SECOND),
        },
        ...{ p50_ms: p50, p99_ms: p99, note: `${String(commands)} commands written meanwhile` },
      },
    ],
    ratios: {},
    limits: [
      { what: 'entries a second, fill', measured: rate, at: 'least', bound: 1_000_000 },
      { what: 'failed reads', measured: failed, at: 'most', bound: 0 },
      {
        what: 'digests that differ',
        measured: report.equal && phase === 'swapped' ? 0 : 1,
        at: 'most',
        bound: 0,
      },
    ],
    servers: postgres.about,
    audit: report.tables.map(
      ({ table, live, rebuilt }) => `${table}: ${live} = ${rebuilt} at ${report.position}`,
    ),
  };
}
