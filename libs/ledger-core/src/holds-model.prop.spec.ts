import * as fc from 'fast-check';
import type { AssetAmount, HoldCommand } from './commands';
import type { RefusalReason } from './refusals';
import { DAY_US, HOUR_US, LedgerOfOne } from './test/ledger-of-one';
import { shippedRules } from './test/shipped-rules';

const START_US = BigInt(Date.UTC(2026, 10, 23, 4)) * 1000n;
const rules = shippedRules();
const ASSETS = ['POINT', 'GPU_SECOND/any'];

/** What a hold is worth to the model: amounts by asset, and when it ends. */
interface ModelHold {
  readonly amounts: ReadonlyMap<string, bigint>;
  readonly expiresAtUs: bigint;
}

/**
 * A ledger of holds so simple that it can be seen to be right: one number per asset, no lots. It predicts the outcome of
 * every command, refusals included.
 */
class Model {
  readonly available: Map<string, bigint>;
  readonly open = new Map<string, ModelHold>();
  readonly closed = new Set<string>();

  constructor(points: bigint, seconds: bigint) {
    this.available = new Map([
      ['POINT', points],
      ['GPU_SECOND/any', seconds],
    ]);
  }

  passTo(nowUs: bigint): void {
    for (const [id, hold] of this.open) if (hold.expiresAtUs <= nowUs) this.end(id, []);
  }

  run(command: HoldCommand, nowUs: bigint): 'done' | RefusalReason {
    switch (command.type) {
      case 'place-hold':
        return this.place(command, nowUs);
      case 'settle-hold':
        return this.settle(command);
      case 'release-hold':
        return this.missing(command.holdId) ?? this.end(command.holdId, []);
    }
  }

  private place(command: HoldCommand & { type: 'place-hold' }, nowUs: bigint): 'done' | RefusalReason {
    const { holdId, amounts, expiresAtUs } = command;
    if (this.open.has(holdId) || this.closed.has(holdId)) return 'hold_exists';
    const twice = new Set(amounts.map(({ asset }) => asset)).size < amounts.length;
    if (amounts.length === 0 || twice || amounts.some(({ amount }) => amount <= 0n)) return 'amounts_invalid';
    if (expiresAtUs <= nowUs || expiresAtUs > nowUs + 14n * DAY_US) return 'expiry_invalid';
    if (amounts.some(({ asset, amount }) => amount > (this.available.get(asset) ?? 0n)))
      return 'insufficient_available';
    for (const { asset, amount } of amounts) this.add(asset, -amount);
    this.open.set(holdId, { amounts: byAsset(amounts), expiresAtUs });
    return 'done';
  }

  private settle({ holdId, captured }: HoldCommand & { type: 'settle-hold' }): 'done' | RefusalReason {
    const missing = this.missing(holdId);
    if (missing !== null) return missing;
    const twice = new Set(captured.map(({ asset }) => asset)).size < captured.length;
    if (twice || captured.some(({ amount }) => amount < 0n)) return 'capture_invalid';
    const held = this.open.get(holdId)?.amounts;
    if (captured.some(({ asset, amount }) => amount > (held?.get(asset) ?? 0n)))
      return 'capture_exceeds_held';
    return this.end(holdId, captured);
  }

  private missing(holdId: string): RefusalReason | null {
    if (this.open.has(holdId)) return null;
    return this.closed.has(holdId) ? 'hold_closed' : 'hold_unknown';
  }

  private end(holdId: string, captured: readonly AssetAmount[]): 'done' {
    const used = byAsset(captured);
    for (const [asset, amount] of this.open.get(holdId)?.amounts ?? []) {
      this.add(asset, amount - (used.get(asset) ?? 0n));
    }
    this.open.delete(holdId);
    this.closed.add(holdId);
    return 'done';
  }

  private add(asset: string, amount: bigint): void {
    this.available.set(asset, (this.available.get(asset) ?? 0n) + amount);
  }
}

function byAsset(amounts: readonly AssetAmount[]): ReadonlyMap<string, bigint> {
  return new Map(amounts.map(({ asset, amount }) => [asset, amount]));
}

const holdId = fc.integer({ min: 0, max: 6 }).map((id) => `h${String(id)}`);
const amount = fc.oneof({ weight: 6, arbitrary: fc.bigInt(1n, 6_000n) }, fc.bigInt(-1n, 60_000n));
const amounts = fc.array(fc.record({ asset: fc.constantFrom(...ASSETS), amount }), { maxLength: 2 });
const hours = fc.oneof({ weight: 6, arbitrary: fc.bigInt(1n, 200n) }, fc.bigInt(-1n, 400n));

const step = fc.oneof(
  fc.record({ do: fc.constant('wait' as const), hours: fc.bigInt(0n, 16n) }),
  fc.record({ do: fc.constant('place-hold' as const), holdId, amounts, hours }),
  fc.record({ do: fc.constant('settle-hold' as const), holdId, amounts }),
  fc.record({ do: fc.constant('release-hold' as const), holdId }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function commandOf(taken: Exclude<Step, { readonly do: 'wait' }>, nowUs: bigint): HoldCommand {
  switch (taken.do) {
    case 'place-hold': {
      const expiresAtUs = nowUs + taken.hours * HOUR_US;
      const of = { holdId: taken.holdId, redemptionId: 'r', sku: 'gpu.t4' };
      return { type: 'place-hold', ...of, amounts: taken.amounts, expiresAtUs };
    }
    case 'settle-hold':
      return { type: 'settle-hold', holdId: taken.holdId, captured: taken.amounts, reason: 'used' };
    case 'release-hold':
      return { type: 'release-hold', holdId: taken.holdId, reason: 'cancelled' };
  }
}

/** 24 points in 12 lots, and 5 GPU hours. */
function endowed(): LedgerOfOne {
  const ledger = new LedgerOfOne(rules, START_US);
  const data = { person_key: 'p', verified: true };
  ledger.activity('account.registered', START_US, data, { personKeyFirst: true });
  for (const day of [1n, 3n, 5n, 7n, 9n, 11n, 13n, 15n, 17n, 19n, 21n, 23n]) {
    ledger.activity('session.login', START_US - day * DAY_US, {});
  }
  return ledger;
}

describe('holds', () => {
  it('end as a model without lots predicts, refusals and balances included', () => {
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 40 }), (steps) => {
        const ledger = endowed();
        const model = new Model(ledger.available('POINT'), ledger.available('GPU_SECOND/any'));
        for (const taken of steps) {
          if (taken.do === 'wait') ledger.wait(taken.hours * HOUR_US);
          else {
            const command = commandOf(taken, ledger.nowUs + 1n);
            model.passTo(ledger.nowUs + 1n);
            const predicted = model.run(command, ledger.nowUs + 1n);
            const { body } = ledger.run(command);
            expect(body.case === 'commandRefused' ? body.value.reason : 'done').toBe(predicted);
            outcomes.add(predicted);
          }
          model.passTo(ledger.nowUs);
          for (const asset of ASSETS) expect(ledger.available(asset)).toBe(model.available.get(asset));
        }
      }),
      { numRuns: 200 },
    );
    // Every outcome was met, so that the comparison means something.
    expect([...outcomes].sort()).toEqual([
      'amounts_invalid',
      'capture_exceeds_held',
      'capture_invalid',
      'done',
      'expiry_invalid',
      'hold_closed',
      'hold_exists',
      'hold_unknown',
      'insufficient_available',
    ]);
  });
});
