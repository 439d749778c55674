/** The measured process: the committer with the ledger's policy as the service runs it, and nothing else. */
import { createHash, randomInt } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { join } from 'node:path';
import { createCommitter, createPool, systemClock, type CommandEnvelope } from '@kuda/event-store';
import type { Command } from '@kuda/ledger-core';
import { LedgerPolicy, loadRules, userStream } from '@kuda/points-ledger/ledger';
import { SHIPPED_RULE_SETS } from '@kuda/rules';
import { Latencies } from '../../frame/latency';
import { userId, type WriterOrder, type WriterReport } from './protocol';
import { anAward } from './award';

const CONNECTIONS = 4;
const AT_ONCE = 500;
/** However slow the machine: as many as the cache may hold streams, else it is not full at the end. */
const COMMANDS_TO_FILL_CACHE = 100_000;
const SAMPLE_EVERY_MS = 50;

function collect(): void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  gc();
}

function envelope(account: number, serial: number): CommandEnvelope<Command> {
  const commandId = `memory-${String(process.pid)}-${String(serial)}`;
  const fingerprint = createHash('sha256').update(commandId).digest();
  return {
    commandId,
    fingerprint,
    streamId: userStream(userId(account)),
    command: anAward(),
    input: null,
    traceparent: null,
  };
}

async function write({ databaseUrl, accounts, seconds }: WriterOrder): Promise<WriterReport> {
  const pool = createPool(databaseUrl, { applicationName: 'bench-memory', max: CONNECTIONS });
  const rules = loadRules(join(SHIPPED_RULE_SETS, '2026-01.json'));
  const onFatal = (error: Error): void => {
    throw error;
  };
  const policy = new LedgerPolicy(
    () => rules,
    () => undefined,
    pool,
  );
  const committer = createCommitter({ pool, policy, clock: systemClock, owner: 'bench memory', onFatal });
  await committer.start();
  collect();
  const startedBytes = process.memoryUsage.rss();
  let highestBytes = startedBytes;
  const sampler = setInterval(
    () => (highestBytes = Math.max(highestBytes, process.memoryUsage.rss())),
    SAMPLE_EVERY_MS,
  );
  const latencies = new Latencies();
  const startedAt = performance.now();
  let commands = 0;
  const enough = Math.min(accounts, COMMANDS_TO_FILL_CACHE);
  while (performance.now() - startedAt < seconds * 1_000 || commands < enough) {
    const sentAt = performance.now();
    const first = commands;
    const batch = Array.from({ length: AT_ONCE }, (_, index) => envelope(randomInt(accounts), first + index));
    const outcomes = await committer.submit(batch);
    const wrong = outcomes.find(({ status }) => status !== 'recorded');
    if (wrong !== undefined) throw new Error(`a command was ${wrong.status}`);
    latencies.record(performance.now() - sentAt, AT_ONCE);
    commands += AT_ONCE;
  }
  const tookSeconds = (performance.now() - startedAt) / 1_000;
  clearInterval(sampler);
  collect();
  const settledBytes = process.memoryUsage.rss();
  await committer.stop();
  await pool.end();
  const [p50Ms, p99Ms] = [latencies.percentileMs(50), latencies.percentileMs(99)];
  return { commands, seconds: tookSeconds, p50Ms, p99Ms, startedBytes, highestBytes, settledBytes };
}

process.once('message', (order: WriterOrder) => {
  write(order).then(
    (report) => process.send?.(report, () => process.exit(0)),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? '') : String(error)}\n`);
      process.exit(1);
    },
  );
});
