import { setTimeout as sleep } from 'node:timers/promises';
import { WorkQueue, type WorkQueueOptions } from '../src/index';
import { TokenBucket } from '../src/token-bucket';

const OPTIONS: Omit<WorkQueueOptions, 'handle'> = {
  onError: () => undefined,
  concurrency: 2,
  baseBackoffMs: 10,
  maxBackoffMs: 40,
  callsPerSecond: 1_000,
  burst: 1_000,
  random: () => 1,
};

const DONE = { requeueAfterMs: null };
const PATIENCE_MS = 4_000;
/** Long enough for what must not happen to have happened. */
const SETTLE_MS = 30;

/** Waits until it is so, then a moment longer for what must not follow. */
async function until(holds: () => boolean): Promise<void> {
  const endMs = Date.now() + PATIENCE_MS;
  while (!holds() && Date.now() < endMs) await sleep(2);
  await sleep(SETTLE_MS);
}

test('a key added many times before its turn runs once', async () => {
  const handled: string[] = [];
  const gate = Promise.withResolvers<null>();
  const queue = new WorkQueue({
    ...OPTIONS,
    concurrency: 1,
    handle: async (key) => {
      handled.push(key);
      if (key === 'first') await gate.promise;
      return DONE;
    },
  });
  queue.add('first');
  for (let index = 0; index < 5; index += 1) queue.add('second');
  gate.resolve(null);
  await until(() => handled.length === 2);
  expect(handled).toEqual(['first', 'second']);
  await queue.stop();
});

test('a key added while it runs runs once more afterwards, never twice at once', async () => {
  let inFlight = 0;
  let most = 0;
  let runs = 0;
  const queue = new WorkQueue({
    ...OPTIONS,
    handle: async () => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      runs += 1;
      await sleep(10);
      inFlight -= 1;
      return DONE;
    },
  });
  queue.add('key');
  queue.add('key');
  queue.add('key');
  await until(() => runs === 2);
  expect({ most, runs }).toEqual({ most: 1, runs: 2 });
  await queue.stop();
});

test('a failing key waits twice as long each time, up to the bound, and holds up no other', async () => {
  const at: number[] = [];
  const others: string[] = [];
  const queue = new WorkQueue({
    ...OPTIONS,
    handle: (key) => {
      if (key !== 'bad') {
        others.push(key);
        return Promise.resolve(DONE);
      }
      at.push(Date.now());
      return at.length < 5 ? Promise.reject(new Error('no')) : Promise.resolve(DONE);
    },
  });
  queue.add('bad');
  queue.add('good');
  await until(() => at.length === 5);
  expect(others).toEqual(['good']);
  const gaps = at.slice(1).map((ms, index) => ms - (at[index] ?? 0));
  expect(gaps).toHaveLength(4);
  gaps.forEach((gap, index) => {
    // Both ends are rounded down to a millisecond: a wait of 40 may read as 39.
    expect(gap).toBeGreaterThanOrEqual(([10, 20, 40, 40][index] ?? 0) - 1);
  });
  await queue.stop();
});

test('of two wishes for later the earlier one counts', async () => {
  const at: number[] = [];
  const startMs = Date.now();
  const queue = new WorkQueue({
    ...OPTIONS,
    handle: () => {
      at.push(Date.now() - startMs);
      return Promise.resolve(DONE);
    },
  });
  queue.addAfter('key', 1_000);
  queue.addAfter('key', 20);
  queue.addAfter('key', 500);
  await until(() => at.length > 0);
  expect(at).toHaveLength(1);
  expect(at[0]).toBeLessThan(500);
  await queue.stop();
});

test('stopping waits for what is in flight and takes nothing more', async () => {
  let ended = false;
  const queue = new WorkQueue({
    ...OPTIONS,
    handle: async () => {
      await sleep(20);
      ended = true;
      return { requeueAfterMs: 1 };
    },
  });
  queue.add('key');
  await queue.stop();
  expect(ended).toBe(true);
  queue.add('other');
  expect(queue.size).toBe(0);
});

test('the token bucket gives its burst at once and then its rate', () => {
  const bucket = new TokenBucket(10, 2, 0);
  expect([bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([0, 0, 100]);
  expect(bucket.take(100)).toBe(0);
  expect(bucket.take(100)).toBe(100);
});
