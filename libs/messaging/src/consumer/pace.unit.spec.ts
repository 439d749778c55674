import { setTimeout as sleep } from 'node:timers/promises';
import { Pace } from './pace';

const EVERY_MS = 60;
/** Timers may fire a little early against the other clock. */
const SLACK_MS = 5;
const nothing = (): Promise<void> => Promise.resolve();

async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

describe('the pace of a consumer', () => {
  it('holds the last partition of a fetch back, and only that one, until the next fetch may follow', async () => {
    const pace = new Pace(EVERY_MS);
    pace.fetched();
    const ended: string[] = [];
    const first = pace.keep(nothing).then(() => ended.push('first'));
    const last = pace.keep(() => sleep(10)).then(() => ended.push('last'));
    const took = await elapsedMs(() => Promise.all([first, last]));
    expect(ended).toEqual(['first', 'last']);
    expect(took).toBeGreaterThanOrEqual(EVERY_MS - SLACK_MS);
  });

  it('adds nothing to a handler that takes longer, or fails', async () => {
    const pace = new Pace(EVERY_MS);
    pace.fetched();
    await sleep(EVERY_MS + SLACK_MS);
    const took = await elapsedMs(() => pace.keep(nothing));
    expect(took).toBeLessThan(EVERY_MS);
    await expect(pace.keep(() => Promise.reject(new Error('fenced')))).rejects.toThrow('fenced');
    // The failed one is under way no more, so that the next last one is held back again.
    pace.fetched();
    expect(await elapsedMs(() => pace.keep(nothing))).toBeGreaterThanOrEqual(EVERY_MS - SLACK_MS);
  });
});
