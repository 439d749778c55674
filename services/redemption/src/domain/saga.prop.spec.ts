import fc from 'fast-check';
import { amountOf, remainder } from './amounts';
import { isFinal } from './saga';
import { someTerms } from '../test/builders';
import { World, type WorldPlan } from '../test/world';

const RUNS = 2_000;

const plan: fc.Arbitrary<WorldPlan> = fc.record({
  refusesHold: fc.boolean(),
  progress: fc.array(fc.constantFrom('queued', 'admitted', 'running'), { maxLength: 4 }),
  end: fc.constantFrom(
    'succeeded',
    'stopped',
    'not_running',
    'user_error',
    'out_of_memory',
    'platform_fault',
    'limit',
  ),
  meteredSeconds: fc.bigInt({ min: 0n, max: 8_000n }),
});

/** What the network does next: deliver any message (or one again), let the hold expire, or let the user cancel. */
const move = fc.oneof(
  { weight: 12, arbitrary: fc.record({ pick: fc.nat(), isRepeat: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant('expire' as const) },
  { weight: 1, arbitrary: fc.constant('cancel' as const) },
);
const moves = fc.array(move, { maxLength: 30 });
type Move = typeof move extends fc.Arbitrary<infer Value> ? Value : never;

function play(world: World, choices: readonly Move[]): void {
  world.deliver({ type: 'request', terms: someTerms(), quoteExpiresAtUs: 2_000_000n });
  for (const choice of choices) {
    if (choice === 'expire') world.expireHold();
    else if (choice === 'cancel') world.deliver({ type: 'cancel', reason: 'user' });
    else deliverOne(world, choice);
  }
  // At least once: what is still under way arrives in the end.
  while (world.mail.length > 0) deliverOne(world, { pick: 0, isRepeat: false });
}

function deliverOne(world: World, { pick, isRepeat }: { pick: number; isRepeat: boolean }): void {
  const index = world.mail.length === 0 ? 0 : pick % world.mail.length;
  const input = world.mail[index];
  if (input === undefined) return;
  if (!isRepeat) world.mail.splice(index, 1);
  world.deliver(input);
}

function count(world: World, type: string): number {
  return world.steps.filter((step) => step.type === type).length;
}

describe('a redemption, whatever is repeated, delayed or overtaken', () => {
  it('ends, with one settlement or release of exactly what was held', () => {
    fc.assert(
      fc.property(plan, moves, (planned, choices) => {
        const world = new World(planned);
        play(world, choices);

        expect(isFinal(world.state)).toBe(true);
        expect(count(world, 'settlement_requested')).toBeLessThanOrEqual(1);
        expect(count(world, 'redemption_settled')).toBe(planned.refusesHold ? 0 : 1);
        if (planned.refusesHold) {
          expect(world.hold).toBeNull();
          return;
        }
        expect(world.hold?.status).toBe('ended');
        const { captured = [], released = [] } = world.hold ?? {};
        expect(world.state).toMatchObject({ status: 'settled', captured, released });
        expect(remainder(someTerms().held, [...captured, ...released])).toEqual([]);
        for (const { asset, amount } of someTerms().held) {
          expect(amountOf(captured, asset)).toBeLessThanOrEqual(amount);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('leaves no session running on a hold that has gone back before its session ended', () => {
    fc.assert(
      fc.property(plan, moves, (planned, choices) => {
        const world = new World(planned);
        play(world, choices);
        const early = world.steps.some((step) => step.type === 'redemption_settled' && step.mustStopOrder);
        if (early) expect(world.isSessionLive).toBe(false);
      }),
      { numRuns: RUNS },
    );
  });

  it('charges nothing when the user cancels before the hold stands', () => {
    const world = new World({ refusesHold: false, progress: [], end: 'limit', meteredSeconds: 7200n });
    world.deliver({ type: 'request', terms: someTerms(), quoteExpiresAtUs: 2_000_000n });
    world.deliver({ type: 'cancel', reason: 'user' });
    play(world, []);
    expect(world.state).toMatchObject({ status: 'settled', reason: 'not_running', captured: [] });
    expect(count(world, 'hold_confirmed')).toBe(0);
  });
});
