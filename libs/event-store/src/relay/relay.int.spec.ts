import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@kuda/testing';
import type { LogCommitter } from '../committer/log-committer';
import type { SqlClient, StoredEntry } from '../ports';
import { anAdd, type CounterCommand } from '../test/counter-policy';
import { MemoryTopics } from '../test/memory-topics';
import { openTestLog, type TestLog } from '../test/test-log';
import { relayPosition } from './advance-relay';
import type { RelayRecord, RelayTail } from './ports';
import { Relay, type RelayOptions } from './relay';

/** Longer than a relay trusts its look at the head. */
const HELD_UP_MS = 200;
const PATIENCE = { timeoutMs: 10_000, everyMs: 20 };

function toRecords(entry: StoredEntry): readonly RelayRecord[] {
  const record = { key: entry.streamId ?? '', value: entry.payload, headers: { ce_id: entry.commandId } };
  return [
    { topic: 'events.v1', ...record },
    { topic: 'balances.v1', ...record },
  ];
}

describe('the relay of a real log', () => {
  let log: TestLog;
  let topics: MemoryTopics;
  let committer: LogCommitter<CounterCommand>;
  beforeEach(async () => {
    log = await openTestLog();
    topics = new MemoryTopics();
    committer = await log.committer();
  });
  afterEach(() => log.close());

  function relayOf(overrides: Partial<RelayOptions> = {}): Relay {
    const options: RelayOptions = {
      name: 'out',
      sql: log.app,
      committer,
      publisher: topics,
      tail: topics,
      toRecords,
      topics: ['events.v1', 'balances.v1'],
      onFatal: (error) => log.fatal.push(error),
      ...overrides,
    };
    return new Relay(options);
  }

  async function append(count: number): Promise<void> {
    const commands = Array.from({ length: count }, (_, index) => {
      const position = String(committer.position + BigInt(index));
      return anAdd(`c${position}`, { stream: `u${String(index % 7)}` });
    });
    await committer.submit(commands);
  }

  async function caughtUp(): Promise<void> {
    await eventually(async () => {
      expect(await relayPosition(log.app, 'out')).toBe(committer.position);
    }, PATIENCE);
  }

  function expectEachOnceInOrder(topic: string): void {
    const perPartition = topics.positions(topic).map((positions) => positions.map(Number));
    for (const positions of perPartition) expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    const all = perPartition.flat().toSorted((a, b) => a - b);
    expect(all).toEqual(Array.from({ length: Number(committer.position) }, (_, index) => index + 1));
  }

  test('publishes every entry once, in order, with its position and trace', async () => {
    const relay = relayOf();
    relay.start();
    await append(700);
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await committer.submit([anAdd('traced', { traceparent })]);
    await relay.stop();
    expect(relay.health()).toEqual({ position: 701n, failures: 0, lastError: null });
    expectEachOnceInOrder('events.v1');
    const last = topics.published.flat().at(-1);
    expect(last?.headers).toEqual({ 'kuda-position': '701', traceparent, ce_id: 'traced' });
  });

  test('a compacted topic gets the last record per key and batch', async () => {
    await append(70);
    const relay = relayOf({ compactedTopics: ['balances.v1'] });
    relay.start();
    await relay.stop();
    expect(
      topics
        .positions('balances.v1')
        .flat()
        .map(Number)
        .toSorted((a, b) => a - b),
    ).toEqual([64, 65, 66, 67, 68, 69, 70]);
    expectEachOnceInOrder('events.v1');
  });

  test.each([0, 1, 2, 3, 4, 5])(
    'a publish broken off after %i partitions is completed, not repeated',
    async (parts) => {
      await append(50);
      let broken = false;
      topics.beforePart = (part) => {
        if (broken || part < parts) return;
        broken = true;
        throw new Error('broker away');
      };
      const relay = relayOf();
      relay.start();
      await caughtUp();
      await relay.stop();
      expect(broken).toBe(true);
      expectEachOnceInOrder('events.v1');
      expectEachOnceInOrder('balances.v1');
    },
  );

  test('a crash between publishing and moving the cursor repeats nothing, whoever takes over', async () => {
    await append(120);
    const deaf: SqlClient = {
      query: <Row extends object>(text: string, values?: readonly unknown[]) =>
        text.includes('advance_relay')
          ? Promise.reject(new Error('killed here'))
          : log.app.query<Row>(text, values),
    };
    const dying = relayOf({ sql: deaf });
    dying.start();
    await eventually(() => {
      expect(dying.health().failures).toBeGreaterThan(0);
    }, PATIENCE);
    expect(await relayPosition(log.app, 'out')).toBe(0n);

    const stopping = dying.stop();
    committer = await log.committer();
    await append(30);
    const heir = relayOf();
    heir.start();
    await caughtUp();
    await Promise.all([stopping, heir.stop()]);
    expectEachOnceInOrder('events.v1');
    expectEachOnceInOrder('balances.v1');
  });

  test('a relay whose epoch is gone publishes nothing', async () => {
    const old = { epoch: committer.epoch, onCommit: () => () => undefined };
    committer = await log.committer();
    await append(3);
    const relay = relayOf({ committer: old });
    relay.start();
    await eventually(() => {
      expect(log.fatal).toEqual([expect.objectContaining({ name: 'FencedError' })]);
    }, PATIENCE);
    await relay.stop();
    expect(topics.published).toEqual([]);
  });

  test('a relay that is held up while another owner takes over publishes nothing', async () => {
    await append(3);
    const old = committer;
    const heldUp: RelayTail = {
      partitionOf: (topic, key) => topics.partitionOf(topic, key),
      lastHeader: async (topic, header) => {
        if (committer === old) {
          committer = await log.committer();
          await sleep(HELD_UP_MS);
        }
        return topics.lastHeader(topic, header);
      },
    };
    const relay = relayOf({ committer: old, tail: heldUp });
    relay.start();
    await eventually(() => {
      expect(log.fatal).toEqual([expect.objectContaining({ name: 'FencedError' })]);
    }, PATIENCE);
    await relay.stop();
    expect(topics.published).toEqual([]);
  });

  test('a topic that is ahead of the log stops the relay instead of losing entries', async () => {
    const headers = { 'kuda-position': '99' };
    await topics.publish([{ topic: 'events.v1', key: 'u1', value: null, headers }]);
    await append(3);
    const relay = relayOf();
    relay.start();
    await eventually(() => {
      expect(log.fatal).toEqual([expect.objectContaining({ code: 'KUDA-LOG-1009' })]);
    }, PATIENCE);
    await relay.stop();
  });

  test('a record for a topic whose tail nobody reads is refused before it is published', async () => {
    await append(1);
    const relay = relayOf({ topics: ['events.v1'] });
    relay.start();
    await eventually(() => {
      expect(log.fatal).toEqual([expect.objectContaining({ code: 'KUDA-LOG-1012' })]);
    }, PATIENCE);
    await relay.stop();
    expect(topics.published).toEqual([]);
  });
});
