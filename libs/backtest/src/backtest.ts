import {
  dayOf,
  decideInPlace,
  NO_TRUST,
  RuleMemory,
  US_PER_DAY,
  type OwnAccount,
  type RuleEvent,
  type RuleSet,
} from '@kuda/rules';
import { gini, whole } from './measures';
import type { BacktestReport, Liability } from './report';
import { RuleTallies, type RuleTally } from './tally';

const POINT = 'POINT';
const GPU_SECONDS = 'GPU_SECOND/';
const SECONDS_PER_HOUR = 3600;
const US_PER_MS = 1000n;
/** Nobody asks a back-test for the facts of a single decision. */
const BRIEF = { describe: false };

/** What turns points into GPU hours in the report. */
export interface BacktestPrices {
  /** Points of one hour on one A100. */
  readonly pointsPerGpuHour: number;
}

/**
 * Tries a rule set on a stream of events, in the order in which they are added, from empty accounts. Pays nobody:
 * the result is a report. Events are those that intake would accept; what it would keep aside is told as rejected.
 */
export class Backtest {
  private readonly accounts = new Map<string, OwnAccount>();
  private readonly tallies = new RuleTallies();
  private readonly paidByUser = new Map<string, bigint>();
  private readonly rejections = new Map<string, number>();
  private readonly months = new Map<number, string>();
  private events = 0;

  constructor(
    private readonly set: RuleSet,
    private readonly prices: BacktestPrices,
  ) {}

  /** Decides one event. */
  add(event: RuleEvent): void {
    this.events += 1;
    const { decisions } = decideInPlace(this.set, this.accountOf(event.beneficiary), event, BRIEF);
    for (const decision of decisions) {
      this.tallies.add(decision, this.monthOf(event.timeUs));
      if (decision.amountPaid === 0n || decision.rule.asset !== POINT) continue;
      const paid = this.paidByUser.get(event.beneficiary) ?? 0n;
      this.paidByUser.set(event.beneficiary, paid + decision.amountPaid);
    }
  }

  private accountOf(user: string): OwnAccount {
    const known = this.accounts.get(user);
    if (known !== undefined) return known;
    const account: OwnAccount = { memory: RuleMemory.empty(), trust: NO_TRUST };
    this.accounts.set(user, account);
    return account;
  }

  /** Counts one input that intake keeps aside. */
  reject(reason: string): void {
    this.rejections.set(reason, (this.rejections.get(reason) ?? 0) + 1);
  }

  report(): BacktestReport {
    const tallies = this.tallies.all();
    const live = tallies.filter(({ rule }) => !rule.shadow);
    const unit = live.find(({ rule }) => rule.asset === POINT)?.rule.unitsPerWhole ?? 1n;
    const byUser = [...this.paidByUser].map(([user, paid]) => [user, whole(paid, unit)] as const);
    const outcomes = live.flatMap(({ rule, outcomes: counts }) =>
      [...counts].flatMap(([outcome, count]) =>
        outcome === 'not_matched' ? [] : [[`${rule.id}/${outcome}`, count] as const],
      ),
    );
    const capsHit = live.flatMap(({ rule, capsHit: counts }) =>
      [...counts].map(([reason, count]) => [`${rule.id}/${reason}`, count] as const),
    );
    const paid = live.filter((tally) => tally.paid > 0n);
    return {
      rule_set: { name: this.set.name, hash: this.set.hash },
      events: this.events,
      rejected: sums([...this.rejections]),
      points: byUser.reduce((sum, [, points]) => sum + points, 0),
      users_paid: byUser.length,
      by_rule: sums(
        paid.map((tally) => [tally.rule.id, whole(tally.paid, tally.rule.unitsPerWhole)] as const),
      ),
      outcomes: sums(outcomes),
      by_user: sums(byUser),
      liability: this.liability(paid),
      caps_hit: sums(capsHit),
      concentration: concentration(
        byUser.map(([, points]) => points),
        this.accounts.size,
      ),
      shadow: shadowOf(tallies),
    };
  }

  private liability(paid: readonly RuleTally[]): BacktestReport['liability'] {
    const parts = paid.flatMap((tally) =>
      [...tally.paidByMonth].map(([month, units]) => ({
        month,
        rule: tally.rule.id,
        ...this.part(tally, units),
      })),
    );
    const byRule = Map.groupBy(parts, ({ rule }) => rule);
    const byMonth = Map.groupBy(parts, ({ month }) => month);
    const summed = (groups: Map<string, readonly Liability[]>): Record<string, Liability> =>
      Object.fromEntries(
        [...groups]
          .sort(([left], [right]) => (left < right ? -1 : 1))
          .map(([key, group]) => [key, total(group)]),
      );
    return { total: total(parts), by_rule: summed(byRule), by_month: summed(byMonth) };
  }

  private part({ rule }: RuleTally, units: bigint): Liability {
    const amount = whole(units, rule.unitsPerWhole);
    if (rule.asset === POINT) return { points: amount, gpu_hours: amount / this.prices.pointsPerGpuHour };
    return { points: 0, gpu_hours: rule.asset.startsWith(GPU_SECONDS) ? amount / SECONDS_PER_HOUR : 0 };
  }

  private monthOf(timeUs: bigint): string {
    const day = dayOf(this.set.calendar, timeUs);
    const known = this.months.get(day);
    if (known !== undefined) return known;
    const month = new Date(Number((BigInt(day) * US_PER_DAY) / US_PER_MS))
      .toISOString()
      .slice(0, 'YYYY-MM'.length);
    this.months.set(day, month);
    return month;
  }
}

function total(parts: readonly Liability[]): Liability {
  return {
    points: parts.reduce((sum, part) => sum + part.points, 0),
    gpu_hours: round(parts.reduce((sum, part) => sum + part.gpu_hours, 0)),
  };
}

/** Hours and shares to six decimals: more would only be noise of binary fractions. */
function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/** Counts of one key together, keys in order. */
function sums(pairs: readonly (readonly [string, number])[]): Record<string, number> {
  const all = new Map<string, number>();
  for (const [key, value] of pairs) all.set(key, (all.get(key) ?? 0) + value);
  return Object.fromEntries([...all].sort(([left], [right]) => (left < right ? -1 : 1)));
}

const TENTH = 10;

function concentration(paid: readonly number[], users: number): BacktestReport['concentration'] {
  const amounts = [...paid, ...Array.from({ length: users - paid.length }, () => 0)];
  const all = amounts.reduce((sum, amount) => sum + amount, 0);
  const best = [...amounts].sort((left, right) => right - left).slice(0, Math.ceil(users / TENTH));
  const top = best.reduce((sum, amount) => sum + amount, 0);
  return { gini: round(gini(amounts)), users, top_tenth_share: all === 0 ? 0 : round(top / all) };
}

function shadowOf(tallies: readonly RuleTally[]): BacktestReport['shadow'] {
  const shadows = tallies.filter(({ rule }) => rule.shadow);
  return Object.fromEntries(
    shadows.map((tally) => [
      tally.rule.id,
      {
        hash: tally.rule.hash,
        decisions: tally.outcomes.get('shadow') ?? 0,
        would_pay: whole(tally.wouldPay, tally.rule.unitsPerWhole),
      },
    ]),
  );
}
