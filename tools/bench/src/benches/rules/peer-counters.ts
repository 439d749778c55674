import { calendarOf, dayOf, US_PER_DAY, US_PER_HOUR, type RuleEvent } from '@kuda/rules';
import { PEER_RULES, type PaidParams, type PeerWindow } from './json-rules.rules';

const SHANGHAI = calendarOf(480);

/** The keys by which the awards of each rule are counted. */
const KEYS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  [...new Set(PEER_RULES.flatMap(({ all }) => all.flatMap((condition) => paramsOf(condition))))]
    .map((params) => params.rule)
    .map((rule) => [
      rule,
      new Set(
        PEER_RULES.flatMap(({ all }) => all.flatMap((condition) => paramsOf(condition)))
          .filter((params) => params.rule === rule)
          .map(({ key }) => key),
      ),
    ]),
);

function paramsOf(condition: object): PaidParams[] {
  return 'params' in condition ? [condition.params as PaidParams] : [];
}

/** What was paid, by user, rule and key: the state that the peer has none for. */
export class PeerCounters {
  private readonly times = new Map<string, bigint[]>();

  paid({ rule, key, window }: PaidParams, event: RuleEvent): number {
    const times = this.times.get(cell(rule, key, event));
    if (times === undefined) return 0;
    return window === 'ever'
      ? times.length
      : times.filter((atUs) => isWithin(window, atUs, event.timeUs)).length;
  }

  pay(rule: string, event: RuleEvent): void {
    for (const key of KEYS.get(rule) ?? []) {
      const at = cell(rule, key, event);
      const times = this.times.get(at);
      if (times === undefined) this.times.set(at, [event.timeUs]);
      else times.push(event.timeUs);
    }
  }
}

function cell(rule: string, key: string, { beneficiary, data }: RuleEvent): string {
  const value =
    key === ''
      ? ''
      : key
          .split('+')
          .map((name) => String(data[name]))
          .join('+');
  return `${beneficiary}|${rule}|${key}|${value}`;
}

function isWithin(window: Exclude<PeerWindow, 'ever'>, atUs: bigint, endUs: bigint): boolean {
  if (window === 'day') return dayOf(SHANGHAI, atUs) === dayOf(SHANGHAI, endUs);
  if (atUs > endUs) return false;
  return 'days' in window
    ? atUs > endUs - BigInt(window.days) * US_PER_DAY
    : atUs >= endUs - BigInt(window.hours) * US_PER_HOUR;
}
