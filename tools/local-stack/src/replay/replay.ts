import { TOPICS } from '@kuda/contracts';
import type { OutgoingMessage } from '@kuda/messaging';
import { existsSync } from 'node:fs';
import type { Progress } from '../console/progress';
import { table } from '../console/table';
import { openPublisher } from '../stack/publisher';
import { StartFailure, type Stack } from '../stack/stack.types';
import { apiOf, waitFor, type Api } from '../story/api';
import { eventLines } from './event-lines';
import {
  inputsOf,
  readDecisions,
  readIntake,
  resultBetween,
  type DecisionReport,
  type ReplayResult,
} from './reports';

const BATCH_LINES = 500;
/** Of a file of a million lines at the least speed that is asked for, and some. */
const DECIDE_LIMIT_MS = 15 * 60_000;
const POLL_EVERY_MS = 300;
const PROGRESS_EVERY_LINES = 5_000;
const HEADERS = { 'content-type': 'application/cloudevents+json; charset=utf-8' };

/**
 * Plays a file of CloudEvents, line by line and in order, into the backfill topic, waits until intake has an entry for
 * each line and the ledger has decided every accepted one, and reads from both logs what came of it.
 */
export async function replay(stack: Stack, file: string, progress: Progress): Promise<ReplayResult> {
  if (!existsSync(file)) throw new StartFailure(`There is no file ${file}.`);
  const api = await apiOf(stack);
  const before = [await readIntake(api), await readDecisions(api)] as const;
  const startedAt = performance.now();
  const lines = await publish(stack, file, progress);
  progress.step(`${lines.toLocaleString('en-US')} lines are on ${TOPICS.activityBackfill.name}`);
  const intake = await waitFor({
    what: 'intake',
    limitMs: DECIDE_LIMIT_MS,
    everyMs: POLL_EVERY_MS,
    read: () => readIntake(api),
    done: (report) => inputsOf(report) - inputsOf(before[0]) >= lines,
    show: (report) => `${String(inputsOf(report) - inputsOf(before[0]))} of ${String(lines)} lines`,
    onProgress: (text) => progress.live(text),
  });
  const decisions = await waitForLedger(
    api,
    before[1].events + intake.accepted - before[0].accepted,
    progress,
  );
  const elapsedMs = Math.round(performance.now() - startedAt);
  return resultBetween(before, [intake, decisions], { lines, elapsedMs });
}

function waitForLedger(api: Api, events: number, progress: Progress): Promise<DecisionReport> {
  return waitFor({
    what: 'ledger',
    limitMs: DECIDE_LIMIT_MS,
    everyMs: POLL_EVERY_MS,
    read: () => readDecisions(api),
    done: (report) => report.events >= events,
    show: (report) => `${String(report.events)} of ${String(events)} events decided`,
    onProgress: (text) => progress.live(text),
  });
}

async function publish(stack: Stack, file: string, progress: Progress): Promise<number> {
  const publisher = openPublisher(stack.brokers);
  try {
    let batch: OutgoingMessage[] = [];
    let lines = 0;
    for await (const { key, value } of eventLines(file)) {
      batch.push({ topic: TOPICS.activityBackfill.name, key, value, headers: HEADERS });
      lines += 1;
      if (batch.length < BATCH_LINES) continue;
      await publisher.publish(batch);
      batch = [];
      if (lines % PROGRESS_EVERY_LINES === 0) progress.live(`${lines.toLocaleString('en-US')} lines sent`);
    }
    if (batch.length > 0) await publisher.publish(batch);
    return lines;
  } finally {
    await publisher.close();
  }
}

/** Plays the file and prints the result: a table, or with `json` one object as the last line of standard output. */
export async function playReplay(
  stack: Stack,
  { file, json }: { readonly file: string; readonly json: boolean },
  progress: Progress,
): Promise<void> {
  const result = await replay(stack, file, progress);
  if (json) {
    console.log(JSON.stringify(result));
    return;
  }
  const rows = (counts: Readonly<Record<string, number>>): string[][] =>
    Object.entries(counts).map(([name, count]) => [name, count.toLocaleString('en-US')]);
  console.log(`\n${table(['rule', 'points (or GPU seconds)'], rows(result.by_rule))}`);
  console.log(`\n${table(['outcome', 'decisions'], rows(result.outcomes))}`);
  if (Object.keys(result.rejected).length > 0)
    console.log(`\n${table(['not taken', 'lines'], rows(result.rejected))}`);
  const seconds = (result.elapsed_ms / 1000).toFixed(1);
  console.log(
    `\n  ${result.events.toLocaleString('en-US')} of ${result.lines.toLocaleString('en-US')} lines decided in ${seconds} s ` +
      `(${result.events_per_second.toLocaleString('en-US')} a second): ${result.points.toLocaleString('en-US')} points ` +
      `for ${result.users_paid.toLocaleString('en-US')} users\n`,
  );
}
