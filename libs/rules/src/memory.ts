import { US_PER_DAY } from './calendar';
import { GrowingSet } from './growing-set';

/** A paid award as a moving window needs it. */
export interface Paid {
  readonly atUs: bigint;
  readonly amount: bigint;
}

/** Paid awards summed up: per calendar day, or for ever. */
export interface Total {
  readonly count: number;
  readonly amount: bigint;
}

/** A run of days. `days` counts from the last time the full length was reached. */
export interface Streak {
  readonly lastDay: number;
  readonly days: number;
}

/** Outer key: series or fact id. Inner key: the rule's own key, and the day where days are told apart. */
type Nested<T> = ReadonlyMap<string, ReadonlyMap<string, T>>;

/**
 * What the rules remember of one user: a function of that user's decided events alone, so that a replay gives
 * the same memory. Maps, not objects: keys come from event data.
 */
export interface RuleMemory {
  readonly totals: Nested<Total>;
  readonly times: Nested<readonly Paid[]>;
  readonly streaks: ReadonlyMap<string, Streak>;
  readonly members: Nested<GrowingSet>;
}

export const EMPTY_MEMORY: RuleMemory = {
  totals: new Map(),
  times: new Map(),
  streaks: new Map(),
  members: new Map(),
};

/** Awards further back than this from a user's newest award of the series may be forgotten (longest window: 366). */
export const MEMORY_DAYS = 400;
/** Entries of a series above which forgotten ones are swept out. */
const SWEEP_ABOVE_ENTRIES = 512;

const MEMORY_US = BigInt(MEMORY_DAYS) * US_PER_DAY;
const NO_TOTAL: Total = { count: 0, amount: 0n };

/** The inner key of a day. */
export function dayKey(key: string, day: number): string {
  return `${key}@${String(day)}`;
}

export function totalOf(memory: RuleMemory, series: string, key: string): Total {
  return memory.totals.get(series)?.get(key) ?? NO_TOTAL;
}

export function timesOf(memory: RuleMemory, series: string, key: string): readonly Paid[] {
  return memory.times.get(series)?.get(key) ?? [];
}

/** Adds an award to a total; for a total by day, `day` says which, and days out of reach are swept out. */
export function addTotal(
  memory: RuleMemory,
  series: string,
  cell: { readonly key: string; readonly day: number | null },
  amount: bigint,
): RuleMemory {
  const key = cell.day === null ? cell.key : dayKey(cell.key, cell.day);
  const before = totalOf(memory, series, key);
  const after = { count: before.count + 1, amount: before.amount + amount };
  let cells = withEntry(memory.totals.get(series), key, after);
  if (cell.day !== null && cells.size > SWEEP_ABOVE_ENTRIES) cells = sweepDays(cells, cell.day - MEMORY_DAYS);
  return { ...memory, totals: withEntry(memory.totals, series, cells) };
}

/** Adds an award to a series of instants; instants out of reach of every window are swept out. */
export function addTime(memory: RuleMemory, series: string, key: string, paid: Paid): RuleMemory {
  const since = paid.atUs - MEMORY_US;
  const kept = timesOf(memory, series, key).filter((earlier) => earlier.atUs > since);
  let cells = withEntry(memory.times.get(series), key, [...kept, paid]);
  if (cells.size > SWEEP_ABOVE_ENTRIES) {
    cells = new Map([...cells].filter(([, times]) => times.some((earlier) => earlier.atUs > since)));
  }
  return { ...memory, times: withEntry(memory.times, series, cells) };
}

export function putStreak(memory: RuleMemory, fact: string, streak: Streak): RuleMemory {
  return { ...memory, streaks: withEntry(memory.streaks, fact, streak) };
}

export function addMember(memory: RuleMemory, fact: string, group: string, member: string): RuleMemory {
  const groups = memory.members.get(fact);
  const members = (groups?.get(group) ?? GrowingSet.of([])).with(member);
  return { ...memory, members: withEntry(memory.members, fact, withEntry(groups, group, members)) };
}

function sweepDays(cells: ReadonlyMap<string, Total>, since: number): ReadonlyMap<string, Total> {
  return new Map([...cells].filter(([key]) => Number(key.slice(key.lastIndexOf('@') + 1)) >= since));
}

/** A copy with one entry put; the original stays as it was, a batch may be decided again from it. */
function withEntry<T>(
  map: ReadonlyMap<string, T> | undefined,
  key: string,
  value: T,
): ReadonlyMap<string, T> {
  return new Map(map).set(key, value);
}
