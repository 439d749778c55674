import { fork } from 'node:child_process';
import { join } from 'node:path';
import { DEFAULT_CACHED_BYTES, LogSchema1760000000000, runMigrations } from '@kuda/event-store';
import type { ServiceDatabase } from '@kuda/testing';
import type { Bench, BenchOptions, Measurement } from '../../frame/bench';
import { benchPostgres, type BenchPostgres } from '../../frame/servers';
import { fill } from './fill';
import type { WriterOrder, WriterReport } from './protocol';

const DEFAULT_SECONDS = 20;
const DEFAULT_ENTRIES = 10_000_000;
const DEFAULT_ACCOUNTS = 1_000_000;
const MIB = 1024 * 1024;

async function emptyLog(postgres: BenchPostgres, name: string): Promise<ServiceDatabase> {
  const urls = await postgres.database(name);
  const appRole = decodeURIComponent(new URL(urls.appUrl).username);
  await runMigrations({ migrationUrl: urls.ownerUrl, appRole, migrations: [LogSchema1760000000000] });
  return urls;
}

/** Runs the writer as a process of its own and returns what it says of itself. */
async function measure(order: WriterOrder): Promise<WriterReport> {
  const writer = fork(join(__dirname, 'writer.process.js'), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const told = new Promise<WriterReport>((resolve, reject) => {
    writer.once('message', (report) => {
      resolve(report as WriterReport);
    });
    // Without effect when it has reported.
    writer.once('close', (code) => {
      reject(new Error(`the writer ended with code ${String(code)}`));
    });
  });
  writer.send(order);
  return told;
}

function rowOf(workload: string, report: WriterReport): Measurement {
  const { commands, seconds, p50Ms, p99Ms, startedBytes, highestBytes, settledBytes } = report;
  const [started, highest, settled] = [startedBytes, highestBytes, settledBytes].map((bytes) =>
    (bytes / MIB).toFixed(0),
  );
  const note = `resident MiB: ${String(started)} at the start, at most ${String(highest)}, ${String(settled)} at the end`;
  return { system: 'kuda', workload, ops_per_second: commands / seconds, p50_ms: p50Ms, p99_ms: p99Ms, note };
}

/** Whether the size of the log is felt in the memory of the process that writes it. */
export const memoryBench: Bench = {
  name: 'memory',
  summary: 'resident memory of the writer over an empty log and over a full one',
  flags: [
    { name: 'entries', meaning: 'entries of the full log', byDefault: DEFAULT_ENTRIES },
    {
      name: 'accounts',
      meaning: 'accounts that they belong to, and that commands go to',
      byDefault: DEFAULT_ACCOUNTS,
    },
  ],
  run: async (options: BenchOptions) => {
    const { numbers, say } = options;
    const accounts = numbers['accounts'] ?? DEFAULT_ACCOUNTS;
    const entriesPerAccount = Math.max(1, Math.round((numbers['entries'] ?? DEFAULT_ENTRIES) / accounts));
    const seconds = options.seconds ?? DEFAULT_SECONDS;
    const postgres = await benchPostgres(options);
    const empty = await emptyLog(postgres, 'memory_empty');
    const overEmpty = await measure({ databaseUrl: empty.appUrl, accounts, seconds });
    const full = await emptyLog(postgres, 'memory_full');
    const adminUrl = new URL(postgres.adminUrl);
    adminUrl.pathname = new URL(full.appUrl).pathname;
    const startedAt = performance.now();
    await fill({ appUrl: full.appUrl, adminUrl: adminUrl.toString(), accounts, entriesPerAccount, say });
    const tookSeconds = (performance.now() - startedAt) / 1_000;
    const entries = accounts * entriesPerAccount;
    const filled = `${String(entries)} entries and ${String(accounts)} accounts filled in ${tookSeconds.toFixed(0)} s`;
    say(filled);
    const overFull = await measure({ databaseUrl: full.appUrl, accounts, seconds });
    const grown = (of: (report: WriterReport) => number): number => (of(overFull) - of(overEmpty)) / MIB;
    const bound = DEFAULT_CACHED_BYTES / MIB;
    const what = 'MiB more resident over the full log';
    return {
      results: [rowOf('over an empty log', overEmpty), rowOf(`over ${String(entries)} entries`, overFull)],
      ratios: { highest_full_over_empty: overFull.highestBytes / overEmpty.highestBytes },
      limits: [
        {
          what: `${what}, at the end`,
          measured: grown(({ settledBytes }) => settledBytes),
          at: 'most',
          bound,
        },
        { what: `${what}, at most`, measured: grown(({ highestBytes }) => highestBytes), at: 'most', bound },
      ],
      servers: postgres.about,
      audit: [filled, `the cache of states is bound to ${String(bound)} MiB`],
    };
  },
};
