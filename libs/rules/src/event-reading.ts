import { dayOf, US_PER_DAY, US_PER_HOUR } from './calendar';
import { eventRecord, type CelInput, type CelValue, type FactReader } from './cel';
import type { Paid, RuleMemory, Total } from './memory';
import { keyText, type RuleEvent } from './rule-event';
import type { CompiledFact, Counted, EventRules, RuleSet, RuleVersion, Series, Tracker } from './rule-set';
import { track, trackedValue } from './trackers';
import { trustLevel, type TrustFacts } from './trust';

const DAY_US = Number(US_PER_DAY);
const HOUR_US = Number(US_PER_HOUR);

/** Series of what the daily cap counts. */
export const DAILY_SERIES = '@daily';

/** What the rules know of one user. */
export interface RuleAccount {
  readonly memory: RuleMemory;
  readonly trust: TrustFacts;
}

/** An account as a decision reads it. */
interface ReadAccount extends RuleAccount {
  /** Of a version in shadow: the account's memory holds its own awards, those of other rules are the live ones. */
  readonly trial?: { readonly rule: string; readonly live: RuleMemory };
}

/** One event with what was known before it; what costs something is worked out when it is first asked for. */
export class EventReading {
  readonly atUs: number;
  readonly day: number;
  readonly input: Omit<CelInput, 'facts'>;
  private knownLevel: number | null = null;
  private tracked: Map<Tracker, CelValue | undefined> | null = null;

  constructor(
    readonly set: RuleSet,
    readonly rules: EventRules,
    readonly account: ReadAccount,
    readonly event: RuleEvent,
  ) {
    this.atUs = Number(event.timeUs);
    this.day = dayOf(set.calendar, event.timeUs);
    this.input = { event: eventRecord(event), data: rules.dataType.record(event.data) };
  }

  get level(): number {
    this.knownLevel ??= trustLevel(this.set.trust, this.account.trust, this.event.timeUs);
    return this.knownLevel;
  }

  /** What the daily cap counted today, before this event. */
  get dailyUsed(): bigint {
    return this.account.memory.dayTotal(DAILY_SERIES, '', this.day).amount;
  }

  /** The same event as a version in shadow knows it, with a memory of its own. */
  shadow({ id }: RuleVersion, memory: RuleMemory): EventReading {
    const trial = { rule: id, live: this.account.memory };
    return new EventReading(this.set, this.rules, { ...this.account, memory, trial }, this.event);
  }

  /** What is tracked, as it was before the event. */
  trackedValue(tracker: Tracker): CelValue | undefined {
    this.tracked ??= new Map();
    if (this.tracked.has(tracker)) return this.tracked.get(tracker);
    const value = trackedValue(tracker, this);
    this.tracked.set(tracker, value);
    return value;
  }

  /** Takes note of the event for these trackers. */
  track(trackers: readonly Tracker[]): void {
    for (const tracker of trackers) track(tracker, this, this.trackedValue(tracker));
  }

  /** Adds an award to what these series count. */
  addPaid(series: readonly Series[], paid: Pick<Paid, 'amount' | 'value'>): void {
    const { memory } = this.account;
    for (const { id, key: paths, grain } of series) {
      const key = keyText(this.event, paths);
      if (grain === 'ever') memory.addTotal(id, key, paid.amount);
      else if (grain === 'day') memory.addDay(id, { key, day: this.day }, paid.amount);
      else if (grain === 'times') memory.addTime(id, key, { atUs: this.atUs, ...paid });
      else if (paid.value > (memory.get('bests', id, key) ?? 0n)) memory.put('bests', id, key, paid.value);
    }
  }

  /** Paid awards of a series in a window that ends at the event's own time. */
  paidIn({ series, window }: Counted): Total {
    const memory = this.memoryOf(series);
    const key = keyText(this.event, series.key);
    switch (window.kind) {
      case 'ever':
        return memory.total(series.id, key);
      case 'day':
        return memory.dayTotal(series.id, key, this.day);
      case 'rolling':
      case 'lookback':
        return sumOf(this.timesIn({ series, window }, key));
    }
  }

  /** The highest full value among the paid awards of a series in a window, in smallest units; 0 when there is none. */
  bestIn({ series, window }: Counted): bigint {
    const { memory } = this.account;
    const key = keyText(this.event, series.key);
    if (window.kind === 'ever') return memory.get('bests', series.id, key) ?? 0n;
    return this.timesIn({ series, window }, key).reduce(
      (best, { value }) => (value > best ? value : best),
      0n,
    );
  }

  /** Of a list in order of time, what lies in a moving window. */
  private timesIn({ series, window }: Counted, key: string): readonly Paid[] {
    const times = this.memoryOf(series).timesOf(series.id, key);
    let end = times.length;
    while (end > 0 && (times[end - 1]?.atUs ?? 0) > this.atUs) end -= 1;
    let begin = end;
    while (begin > 0 && isWithin(window, this.span(times[begin - 1]))) begin -= 1;
    return begin === 0 && end === times.length ? times : times.slice(begin, end);
  }

  /** From a paid award to this event. Days are sums of their own: a list of instants is never asked for one. */
  private span(paid: Paid | undefined): Parameters<typeof isWithin>[1] {
    return { atUs: paid?.atUs ?? 0, endUs: this.atUs, sameDay: false };
  }

  private memoryOf(series: Series): RuleMemory {
    const { memory, trial } = this.account;
    return trial === undefined || trial.rule === series.rule ? memory : trial.live;
  }
}

/** Whether an instant is in a window that ends at `endUs`. */
export function isWithin(
  window: Counted['window'],
  of: { readonly atUs: number; readonly endUs: number; readonly sameDay: boolean },
): boolean {
  switch (window.kind) {
    case 'ever':
      return true;
    case 'day':
      return of.sameDay;
    case 'rolling':
      return of.atUs > of.endUs - window.days * DAY_US && of.atUs <= of.endUs;
    case 'lookback':
      return of.atUs >= of.endUs - window.hours * HOUR_US && of.atUs <= of.endUs;
  }
}

function sumOf(paid: readonly Paid[]): Total {
  return { count: paid.length, amount: paid.reduce((sum, { amount }) => sum + amount, 0n) };
}

/** What the expressions of one rule read of an event: facts are worked out when an expression asks for them. */
export class RuleReading implements FactReader {
  readonly input: CelInput;
  private readonly values: (CelValue | undefined)[] = [];

  constructor(
    readonly rule: RuleVersion,
    readonly reading: EventReading,
  ) {
    this.input = {
      event: reading.input.event,
      data: reading.input.data,
      facts: rule.scope.facts(this),
    };
  }

  fact(index: number): CelValue | undefined {
    const known = this.values[index];
    if (known !== undefined) return known;
    const fact = this.rule.facts[index];
    const value = fact === undefined ? undefined : this.valueOf(fact);
    this.values[index] = value;
    return value;
  }

  private valueOf(fact: CompiledFact): CelValue | undefined {
    switch (fact.kind) {
      case 'paid_count':
        return BigInt(this.reading.paidIn(fact).count);
      case 'best_award':
        return this.reading.bestIn(fact) / this.rule.unitsPerWhole;
      case 'tracked':
        return this.reading.trackedValue(fact.tracker);
    }
  }
}
