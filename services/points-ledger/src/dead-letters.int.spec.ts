import { TOPICS } from '@kuda/contracts';
import { storedOffsets } from '@kuda/event-store';
import { DEAD_LETTER_HEADERS, type IncomingMessage, type OutgoingMessage } from '@kuda/messaging';
import { eventually, loseAnswer } from '@kuda/testing';
import { RUNTIME } from './app.module';
import type { LedgerRuntime } from './ledger.runtime';
import { acceptedBytes } from './test/accepted-event';
import { startRunningService, type RunningService } from './test/running-service';

const PATIENCE = { timeoutMs: 30_000, everyMs: 100 };
const TOPIC = TOPICS.activityAccepted.name;
const nowUs = BigInt(Date.now()) * 1000n;

jest.setTimeout(90_000);

/** PostgreSQL takes no NUL in a text: an event with such an id can be read, decided, and not stored. */
function login(id: string, subject = 'ada'): OutgoingMessage {
  const value = acceptedBytes({ id, type: 'session.login', subject, timeUs: nowUs });
  return { topic: TOPIC, key: subject, value, headers: {} };
}

describe('dead letters of the ledger', () => {
  let running: RunningService;
  let closeReader = (): Promise<void> => Promise.resolve();
  const letters: IncomingMessage[] = [];
  beforeAll(async () => {
    running = await startRunningService();
    const reader = running.bus.consumer({
      groupId: 'reader',
      topics: ['points-ledger.dlq'],
      offsets: { nextOffset: () => Promise.resolve(0n) },
      handlerOf: () => (batch) => Promise.resolve(void letters.push(...batch.messages)),
      onFatal: (error) => {
        throw error;
      },
    });
    await reader.start();
    closeReader = () => reader.close();
  });
  afterAll(async () => {
    await closeReader();
    await running.stop();
  });

  const pool = () => running.service.app.get<LedgerRuntime>(RUNTIME).shards.at(0).pool;
  const nextOffset = (): Promise<bigint | undefined> => storedOffsets(pool()).nextOffset(TOPIC, 0);
  const commandIds = async (): Promise<readonly string[]> => {
    const text = 'select command_id as id from log_entry order by position';
    return (await pool().query<{ id: string }>(text)).rows.map(({ id }) => id.split('#')[1] ?? '');
  };
  const putAside = async (): Promise<readonly string[]> => {
    const text = await running.service.metrics.text();
    return [...text.matchAll(/^kuda_points_ledger_dead_letters_total(.*)$/gm)].map(([, rest]) => rest ?? '');
  };

  it('are none where nothing is at fault', async () => {
    await running.bus.publisher.publish([login('a1'), login('a1'), login('a2')]);
    await eventually(async () => expect(await nextOffset()).toBe(3n), PATIENCE);
    expect(await commandIds()).toEqual(['a1', 'a2']);
    expect(await putAside()).toEqual([]);
    expect(letters).toEqual([]);
  });

  it('are one for each fault, counted once, and the offset moves past it', async () => {
    await running.bus.publisher.publish([login('a3'), login('bad\u0000'), login('a3', 'ben'), login('a4')]);
    await eventually(async () => expect(await nextOffset()).toBe(7n), PATIENCE);
    expect(await commandIds()).toEqual(['a1', 'a2', 'a3', 'a4']);
    await running.bus.publisher.publish([login('bad\u0000')]);
    await eventually(async () => expect(await nextOffset()).toBe(8n), PATIENCE);
    await eventually(() => expect(letters).toHaveLength(3), PATIENCE);
    expect(letters.map(({ headers }) => headers[DEAD_LETTER_HEADERS.offset])).toEqual(['4', '5', '7']);
    expect((await putAside()).toSorted()).toEqual([
      '{code="KUDA-LEDGER-2002"} 1',
      '{code="KUDA-LOG-1003"} 2',
    ]);
  });

  it('stand when the process ends right after the append that moves the offset past them', async () => {
    const before = letters.length;
    loseAnswer(pool(), 'append_batch');
    await running.bus.publisher.publish([login('bad\u0000'), login('a5')]);
    await eventually(() => expect(running.exits).toEqual([1]), PATIENCE);
    await running.restart();
    await running.bus.publisher.publish([login('a6')]);
    await eventually(async () => expect(await nextOffset()).toBe(11n), PATIENCE);
    expect((await commandIds()).slice(-2)).toEqual(['a5', 'a6']);
    await eventually(() => expect(letters).toHaveLength(before + 1), PATIENCE);
    expect(letters.at(-1)).toMatchObject({
      value: login('bad\u0000').value,
      headers: { [DEAD_LETTER_HEADERS.code]: 'KUDA-LOG-1003', [DEAD_LETTER_HEADERS.offset]: '8' },
    });
  });
});
