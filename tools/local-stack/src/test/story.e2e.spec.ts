import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { identify } from '../stack/process-identity';
import { SERVICES } from '../stack/services';
import { startStack } from '../stack/stack';
import { StartFailure } from '../stack/stack.types';
import { apiOf } from '../story/api';
import { available, POINT, readBalances, WELCOME } from '../story/earn';
import { tellStory } from '../story/story';
import { silentProgress, STACK_LIMIT_MS, temporaryState, withStack } from './test-stack';

const state = temporaryState();
let user = '';

afterAll(() => {
  state.remove();
});

describe('the story', () => {
  it(
    'comes true to the point, and leaves nothing running',
    async () => {
      let pids: readonly number[] = [];
      await withStack({ stateDir: state.path }, async (stack) => {
        pids = SERVICES.map((name) => stack.service(name).pid);
        expect(statSync(join(state.path, 'cli.json')).mode & 0o077).toBe(0);
        await expect(startStack({ stateDir: state.path })).rejects.toThrow(StartFailure);

        const story = await tellStory(stack, silentProgress);
        user = story.user;
        expect(available(story.earned, POINT)).toBe(120_000n);
        expect(available(story.earned, WELCOME)).toBe(18_000n);
        expect(story.awards.map(({ rule, times, amount }) => [rule, times, amount])).toEqual(
          expect.arrayContaining([
            ['welcome.gpu', 1, 18_000n],
            ['security.factor', 1, 10_000n],
            ['login.daily', 7, 14_000n],
            ['login.streak7', 1, 16_000n],
            ['job.completed', 5, 20_000n],
            ['job.first', 1, 10_000n],
            ['model.published', 1, 20_000n],
            ['model.first', 1, 20_000n],
            ['model.shared', 1, 10_000n],
          ]),
        );

        const [a100, t4] = story.redemptions;
        expect(a100).toMatchObject({ state: 'settled', session: { meteredSeconds: 28_800 } });
        expect(a100?.held).toEqual(new Map([[POINT, 120_000n]]));
        expect(a100?.captured).toEqual(new Map([[POINT, 120_000n]]));
        expect(a100?.session.node).toContain('a100');
        expect(t4).toMatchObject({ state: 'settled', session: { meteredSeconds: 3_600 } });
        expect(t4?.held).toEqual(new Map([[WELCOME, 3_600n]]));
        expect(t4?.captured).toEqual(new Map([[WELCOME, 3_600n]]));
        expect(t4?.session.node).toContain('t4');
        expect(available(story.balances, POINT)).toBe(0n);
        expect(available(story.balances, WELCOME)).toBe(14_400n);
        expect(story.balances.every(({ held, pending }) => held === 0n && pending === 0n)).toBe(true);
      });
      expect(pids.map(identify).filter((process) => process !== undefined)).toEqual([]);
      expect(existsSync(join(state.path, 'lock.json'))).toBe(false);
      expect(existsSync(join(state.path, 'cli.json'))).toBe(false);
    },
    STACK_LIMIT_MS,
  );

  it(
    'is still known after a restart, and can be told again',
    async () => {
      await withStack({ stateDir: state.path }, async (stack) => {
        const balances = await readBalances(await apiOf(stack), user);
        expect(available(balances, WELCOME)).toBe(14_400n);
        const again = await tellStory(stack, silentProgress);
        expect(again.user).not.toBe(user);
        expect(available(again.balances, WELCOME)).toBe(14_400n);
      });
    },
    STACK_LIMIT_MS,
  );
});
