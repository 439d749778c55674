import type { RuleDecision, RuleVersion } from '@kuda/rules';

/** What one rule version decided over a stream. Amounts are in smallest units of the rule's asset. */
export interface RuleTally {
  readonly rule: RuleVersion;
  readonly outcomes: Map<RuleDecision['outcome'], number>;
  /** How often a decision was shortened or suppressed, by reason. */
  readonly capsHit: Map<string, number>;
  /** Paid, by calendar month of the event's time. */
  readonly paidByMonth: Map<string, bigint>;
  paid: bigint;
  /** What a version in shadow would have paid. */
  wouldPay: bigint;
}

function newTally(rule: RuleVersion): RuleTally {
  return { rule, outcomes: new Map(), capsHit: new Map(), paidByMonth: new Map(), paid: 0n, wouldPay: 0n };
}

/** One tally a rule version. */
export class RuleTallies {
  private readonly byVersion = new Map<RuleVersion, RuleTally>();

  add(decision: RuleDecision, month: string): void {
    const { rule, outcome, reason, amountPaid } = decision;
    let tally = this.byVersion.get(rule);
    if (tally === undefined) {
      tally = newTally(rule);
      this.byVersion.set(rule, tally);
    }
    count(tally.outcomes, outcome);
    if (outcome === 'trimmed' || outcome === 'suppressed') count(tally.capsHit, reason);
    tally.wouldPay += decision.amountShadow;
    if (amountPaid === 0n) return;
    tally.paid += amountPaid;
    tally.paidByMonth.set(month, (tally.paidByMonth.get(month) ?? 0n) + amountPaid);
  }

  all(): readonly RuleTally[] {
    return [...this.byVersion.values()];
  }
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
