import { setTimeout as sleep } from 'node:timers/promises';
import { LogError, LogFencedError } from '../errors';
import { TailLoop } from './tail-loop';

describe('a tail', () => {
  test('works on while there is more, sleeps, and wakes at once', async () => {
    let left = 3;
    let steps = 0;
    const loop = new TailLoop({
      name: 't',
      pollMs: 60_000,
      step: () => {
        steps += 1;
        left -= 1;
        return Promise.resolve(left > 0);
      },
      onFatal: () => undefined,
    });
    loop.start();
    await sleep(20);
    expect(steps).toBe(3);
    left = 2;
    loop.wake();
    await sleep(20);
    expect(steps).toBe(5);
    await loop.stop();
    expect(steps).toBe(6);
  });

  test('a wake during a step is not lost', async () => {
    let steps = 0;
    const loop: TailLoop = new TailLoop({
      name: 't',
      pollMs: 60_000,
      step: async () => {
        steps += 1;
        await sleep(5);
        if (steps === 1) loop.wake();
        return false;
      },
      onFatal: () => undefined,
    });
    loop.start();
    await sleep(50);
    expect(steps).toBe(2);
    await loop.stop();
  });

  test('a failure is tried again and forgotten', async () => {
    let failures = 1;
    const loop = new TailLoop({
      name: 't',
      step: () => {
        failures -= 1;
        return failures >= 0 ? Promise.reject(new Error('broker away')) : Promise.resolve(false);
      },
      onFatal: () => undefined,
    });
    loop.start();
    await sleep(20);
    expect([loop.failures, loop.lastError]).toEqual([1, 'broker away']);
    await sleep(200);
    expect([loop.failures, loop.lastError]).toEqual([0, null]);
    await loop.stop();
  });

  test.each([new LogFencedError('x'), new LogError('KUDA-LOG-1009', 'ahead')])(
    '%s ends it at once',
    async (error) => {
      const fatal: Error[] = [];
      const loop = new TailLoop({
        name: 't',
        step: () => Promise.reject(error),
        onFatal: (e) => fatal.push(e),
      });
      loop.start();
      await sleep(20);
      expect(fatal).toEqual([error]);
      await loop.stop();
    },
  );
});
