import type { StoredEntry } from '@kuda/event-store';
import { decodeRecord } from '@kuda/ledger-core';

/** The asset that counts as points, in milli-points. */
const POINT = 'POINT';
const MILLI_POINTS_PER_POINT = 1_000n;

/** Sums over decided events. Amounts are in smallest units until they are shown. */
export class DecisionTally {
  private readonly paidByRule = new Map<string, { readonly asset: string; readonly amount: bigint }>();
  private readonly outcomes = new Map<string, number>();
  private readonly paidByUser = new Map<string, bigint>();
  private points = 0n;
  private events = 0;

  /** Adds an entry of kind `ActivityDecided`; entries come in log order, each once. */
  add(entry: StoredEntry): void {
    const record = decodeRecord(entry.payload);
    if (record.body.case !== 'activityDecided') return;
    this.events += 1;
    for (const { rule, outcome, asset, amountPaid } of record.body.value.decisions) {
      if (outcome === 'not_matched') continue;
      const key = `${rule}/${outcome}`;
      this.outcomes.set(key, (this.outcomes.get(key) ?? 0) + 1);
      if (amountPaid === 0n) continue;
      this.paidByRule.set(rule, { asset, amount: (this.paidByRule.get(rule)?.amount ?? 0n) + amountPaid });
      if (asset !== POINT) continue;
      this.paidByUser.set(record.userId, (this.paidByUser.get(record.userId) ?? 0n) + amountPaid);
      this.points += amountPaid;
    }
  }

  /** Points as whole numbers, other assets in their own unit; names in order. */
  view() {
    const byRule = [...this.paidByRule].map(
      ([rule, { asset, amount }]) => [rule, asset === POINT ? wholePoints(amount) : Number(amount)] as const,
    );
    const byUser = [...this.paidByUser].map(([user, amount]) => [user, wholePoints(amount)] as const);
    return {
      by_rule: sorted(byRule),
      outcomes: sorted([...this.outcomes]),
      events: this.events,
      users_paid: this.paidByUser.size,
      points: wholePoints(this.points),
      by_user: sorted(byUser),
    };
  }
}

function wholePoints(milliPoints: bigint): number {
  return Number(milliPoints) / Number(MILLI_POINTS_PER_POINT);
}

function sorted(pairs: readonly (readonly [string, number])[]): Record<string, number> {
  return Object.fromEntries(pairs.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
