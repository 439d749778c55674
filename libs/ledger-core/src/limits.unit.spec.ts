import { balanceOf } from './account';
import type { Command } from './commands';
import { MAX_LOT_KINDS, MAX_LOTS_PER_RECORD, MAX_OPEN_PROPOSALS, MAX_RISK_HOLDS } from './limits';
import type { RefusalReason } from './refusals';
import { DAY_US, LedgerOfOne } from './test/ledger-of-one';
import { smallRules } from './test/small-rules';

const NOW_US = BigInt(Date.UTC(2026, 10, 23, 4)) * 1000n;
const rules = smallRules();

function award(restriction: string): Command {
  const of = {
    asset: 'POINT',
    amount: 1n,
    from: 'goodwill',
    origin: 'g',
    reason: 'r',
    restriction,
    priority: 0,
  };
  return { type: 'award', ...of, expiresAtUs: 0n, pendingUntilUs: 0n };
}

function outcome(ledger: LedgerOfOne, command: Command): 'done' | RefusalReason {
  const { body } = ledger.record(command);
  return body.case === 'commandRefused' ? (body.value.reason as RefusalReason) : 'done';
}

/** The outcomes of a command given so often, with what tells them apart. */
function outcomes(times: number, command: (index: number) => Command): readonly string[] {
  const ledger = new LedgerOfOne(rules, NOW_US);
  return Array.from({ length: times }, (_, index) => outcome(ledger, command(index)));
}

describe('what has a bound', () => {
  it.each<[string, number, RefusalReason, (index: number) => Command]>([
    ['kinds of lots', MAX_LOT_KINDS, 'too_many_lot_kinds', (index) => award(`sku${String(index)}`)],
    [
      'proposals',
      MAX_OPEN_PROPOSALS,
      'too_many_proposals',
      (index) => ({
        type: 'propose-adjustment',
        proposalId: String(index),
        asset: 'POINT',
        amount: 1n,
        reason: 'r',
        caseId: 'c',
        proposedBy: 'olga',
        expiresAtUs: 0n,
        goodwill: true,
      }),
    ],
    [
      'risk holds',
      MAX_RISK_HOLDS,
      'too_many_risk_holds',
      (index) => ({
        type: 'place-risk-hold',
        riskHoldId: String(index),
        kind: 'collusion',
        detail: 'd',
        evidenceJson: '{}',
        untilUs: NOW_US + DAY_US,
      }),
    ],
  ])('takes as many %s as it says, and refuses the next', (_, limit, reason, command) => {
    const all = outcomes(limit + 1, command);
    expect(all.slice(0, limit).every((each) => each === 'done')).toBe(true);
    expect(all.at(-1)).toBe(reason);
  });

  it('takes from as many lots in one record as it says; the rest is left to further ones', () => {
    const ledger = new LedgerOfOne(rules, NOW_US);
    for (let index = 0; index <= MAX_LOTS_PER_RECORD; index += 1) ledger.record(award(''));
    const hold = (amount: bigint): Command => {
      const of = {
        holdId: `h${amount.toString()}`,
        redemptionId: 'r',
        sku: 'gpu.t4',
        expiresAtUs: ledger.nowUs + DAY_US,
      };
      return { type: 'place-hold', ...of, amounts: [{ asset: 'POINT', amount }] };
    };
    const lots = BigInt(MAX_LOTS_PER_RECORD);
    expect(outcome(ledger, hold(lots + 1n))).toBe('too_many_lots');
    expect(outcome(ledger, hold(lots))).toBe('done');
    expect(outcome(ledger, hold(1n))).toBe('done');
    expect(balanceOf(ledger.account, 'POINT')).toMatchObject({ available: 0n, held: lots + 1n });
    const close: Command = { type: 'close-account', reason: 'r', requestedBy: 'o', forfeit: true };
    expect(outcome(ledger, close)).toBe('holds_open');
  });

  it('takes 20 holds of 75 against 500 points as 6, and leaves 50', () => {
    const ledger = new LedgerOfOne(rules, NOW_US);
    for (let index = 0; index < 10; index += 1) ledger.record({ ...award(''), amount: 50_000n } as Command);
    const held = Array.from({ length: 20 }, (_, index) => {
      const of = {
        holdId: `h${String(index)}`,
        redemptionId: 'r',
        sku: 'gpu.t4',
        expiresAtUs: ledger.nowUs + DAY_US,
      };
      return outcome(ledger, { type: 'place-hold', ...of, amounts: [{ asset: 'POINT', amount: 75_000n }] });
    });
    expect(held.filter((each) => each === 'done')).toHaveLength(6);
    expect(held.filter((each) => each === 'insufficient_available')).toHaveLength(14);
    expect(balanceOf(ledger.account, 'POINT')).toMatchObject({ available: 50_000n, held: 450_000n });
  });
});
