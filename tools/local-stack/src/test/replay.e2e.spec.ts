import { TOPICS } from '@kuda/contracts';
import { POSITION_HEADER, VERSION_HEADER, type IncomingMessage } from '@kuda/messaging';
import { eventually } from '@kuda/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventLines } from '../replay/event-lines';
import { replay } from '../replay/replay';
import type { Stack } from '../stack/stack.types';
import { apiOf, list, text } from '../story/api';
import { recordedStream, type RecordedStream } from './recorded-stream';
import { silentProgress, STACK_LIMIT_MS, withStack } from './test-stack';
import { readTopic } from './topic-records';

const clean = recordedStream('activity-events');
const dirty = recordedStream('activity-events-dirty');
const allRules = recordedStream('activity-all-rules');

function has(stream: RecordedStream | undefined): stream is RecordedStream {
  if (stream === undefined) console.warn('skipped: the recorded streams are not on this machine');
  return stream !== undefined;
}

/** Entries of the ledger's log once nothing more is due. */
async function settledPosition(stack: Stack): Promise<number> {
  const api = await apiOf(stack);
  const read = async (): Promise<number> =>
    Number((await api.get('points-ledger', '/v1/reports/decisions'))['position']);
  return eventually(
    async () => {
      const before = await read();
      await sleep(2_000);
      return before === (await read()) ? before : false;
    },
    { timeoutMs: 60_000, everyMs: 0 },
  );
}

/** Every record's account version follows the one before, from 1: nothing lost, nothing twice, nothing out of order. */
function expectGapFree(records: readonly IncomingMessage[]): void {
  const latest = new Map<string, bigint>();
  for (const { key, headers } of records) {
    const user = key ?? '';
    const version = BigInt(headers[VERSION_HEADER] ?? '-1');
    if (version !== (latest.get(user) ?? 0n) + 1n) {
      throw new Error(`${user}: version ${version.toString()} follows ${String(latest.get(user) ?? 0n)}`);
    }
    latest.set(user, version);
  }
}

async function expectOneRecordEach(stack: Stack, entries: number): Promise<void> {
  const topic = TOPICS.ledgerEvents.name;
  const records = await readTopic(stack.brokers, topic, (found) => found.length >= entries);
  const positions = new Set(records.map(({ headers }) => headers[POSITION_HEADER]));
  expect(positions.size).toBe(entries);
  expect(records).toHaveLength(entries);
  expectGapFree(records);
}

describe('a replay of the recorded stream', () => {
  it(
    'decides all events as the rules of the domain say',
    async () => {
      if (!has(clean)) return;
      await withStack({}, async (stack) => {
        const result = await replay(stack, clean.file, silentProgress);
        expect(result).toMatchObject(clean.expected);
        await expectOneRecordEach(stack, await settledPosition(stack));
      });
    },
    STACK_LIMIT_MS,
  );

  it(
    'decides a stream that reaches every rule and edge to the point',
    async () => {
      if (!has(allRules)) return;
      await withStack({}, async (stack) => {
        expect(await replay(stack, allRules.file, silentProgress)).toMatchObject(allRules.expected);
      });
    },
    STACK_LIMIT_MS,
  );

  it(
    'keeps every broken line aside, with its reason and its bytes',
    async () => {
      if (!has(dirty)) return;
      await withStack({}, async (stack) => {
        const result = await replay(stack, dirty.file, silentProgress);
        expect(result).toMatchObject(dirty.expected);
        const { duplicates = 0, ...reasons } = dirty.expected.rejected;
        expect(duplicates).toBeGreaterThan(0);
        const kept = await quarantine(stack);
        expect(countBy(kept.map(({ reason }) => reason))).toEqual(reasons);
        const lines = new Set(kept.map(({ raw }) => raw));
        expect(lines.has('')).toBe(false);
        const file = await linesOf(dirty.file);
        expect([...lines].filter((line) => !file.has(line))).toEqual([]);
      });
    },
    STACK_LIMIT_MS,
  );
});

interface Kept {
  readonly reason: string;
  readonly raw: string;
}

/** Every record of the quarantine, each read back by its id. */
async function quarantine(stack: Stack): Promise<readonly Kept[]> {
  const api = await apiOf(stack);
  const kept: Kept[] = [];
  for (let after: string | null = ''; after !== null;) {
    const cursor = after === '' ? '' : `&page[after]=${after}`;
    const page = await api.get('behavior-ingest', `/v1/quarantine?page[size]=100${cursor}`);
    for (const item of list(page, 'items')) {
      const record = await api.get('behavior-ingest', `/v1/quarantine/${text(item, 'id')}`);
      const raw = Buffer.from(text(record, 'raw'), 'base64').toString('latin1');
      kept.push({ reason: text(record, 'reason'), raw });
    }
    after = page['next'] === null ? null : text(page, 'next');
  }
  return kept;
}

function countBy(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

async function linesOf(file: string): Promise<ReadonlySet<string>> {
  const lines = new Set<string>();
  for await (const { value } of eventLines(file)) lines.add(value.toString('latin1'));
  return lines;
}
