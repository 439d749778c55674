import { Cells } from './cells';
import { GrowingSet } from './growing-set';

/** A paid award as a moving window needs it. */
export interface Paid {
  /** Event time, microseconds since the Unix epoch. */
  readonly atUs: number;
  /** Smallest units of the asset. */
  readonly amount: bigint;
  /** The full value, before gain and caps, in smallest units: what a best is made of. */
  readonly value: bigint;
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

/** Awards further back than this from a user's newest award of the series may be forgotten (longest window: 366). */
export const MEMORY_DAYS = 400;
/** Entries of a series above which forgotten ones are swept out. */
const SWEEP_ABOVE_ENTRIES = 512;

const MEMORY_US = MEMORY_DAYS * 86_400_000_000;
const NO_TOTAL: Total = { count: 0, amount: 0n };
const NO_TIMES: readonly Paid[] = [];

/** Rows by series or fact id; keys come from event data, so these are maps and never objects. */
interface Table<T> {
  readonly owner: object;
  readonly rows: Map<string, Cells<T>>;
}

/** What each table holds in its cells. */
export interface MemoryCells {
  /** Paid awards of a series for ever, by key. */
  readonly totals: Total;
  /** Paid awards of a series by key and day. */
  readonly days: Total;
  /** The highest full value of a series, in smallest units, by key. */
  readonly bests: bigint;
  /** Paid awards of a series in order of time, by key. */
  readonly times: readonly Paid[];
  readonly streaks: Streak;
  /** Distinct members by group. */
  readonly members: GrowingSet;
  readonly values: number;
  /** What versions in shadow remember, by their hash; live rules never read it. */
  readonly shadows: RuleMemory;
}

type Tables = { readonly [Name in keyof MemoryCells]: Table<MemoryCells[Name]> };

/**
 * What the rules remember of one user: a function of that user's decided events alone, so that a replay gives
 * the same memory. It is written in place; `fork` gives an independent copy at the cost of what is then written.
 */
export class RuleMemory {
  private constructor(
    private owner: object,
    private tables: Tables,
    /** Event times of the latest earning events, in order of arrival. */
    public recent: readonly number[],
  ) {}

  static empty(): RuleMemory {
    const table = <T>(): Table<T> => ({ owner: {}, rows: new Map<string, Cells<T>>() });
    const sums = { totals: table<Total>(), days: table<Total>() };
    const paid = { ...sums, bests: table<bigint>(), times: table<readonly Paid[]>() };
    const seen = { streaks: table<Streak>(), members: table<GrowingSet>(), values: table<number>() };
    return new RuleMemory({}, { ...paid, ...seen, shadows: table<RuleMemory>() }, []);
  }

  /** A copy; what is written to either afterwards is not seen by the other. */
  fork(): RuleMemory {
    this.owner = {};
    return new RuleMemory({}, { ...this.tables }, this.recent);
  }

  get<Name extends keyof MemoryCells>(name: Name, row: string, key: string): MemoryCells[Name] | undefined {
    return this.tables[name].rows.get(row)?.get(key);
  }

  put<Name extends keyof MemoryCells>(name: Name, row: string, key: string, value: MemoryCells[Name]): void {
    this.cellsOf(name, row).set(key, value);
  }

  /** The rows of a table with their cells. */
  *entries<Name extends keyof MemoryCells>(
    name: Name,
  ): Generator<readonly [row: string, cells: ReadonlyMap<string, MemoryCells[Name]>]> {
    for (const [row, cells] of this.tables[name].rows) yield [row, new Map(cells.entries())];
  }

  total(series: string, key: string): Total {
    return this.tables.totals.rows.get(series)?.get(key) ?? NO_TOTAL;
  }

  dayTotal(series: string, key: string, day: number): Total {
    return this.tables.days.rows.get(series)?.get(dayKey(key, day)) ?? NO_TOTAL;
  }

  timesOf(series: string, key: string): readonly Paid[] {
    return this.tables.times.rows.get(series)?.get(key) ?? NO_TIMES;
  }

  /** Adds an award to a total for ever. */
  addTotal(series: string, key: string, amount: bigint): void {
    this.cellsOf('totals', series).set(key, plus(this.total(series, key), amount));
  }

  /** Adds an award to the total of a day; days out of reach of every window are swept out. */
  addDay(series: string, cell: { readonly key: string; readonly day: number }, amount: bigint): void {
    const key = dayKey(cell.key, cell.day);
    const cells = this.cellsOf('days', series);
    cells.set(key, plus(cells.get(key) ?? NO_TOTAL, amount));
    if (cells.sizeAtMost <= SWEEP_ABOVE_ENTRIES) return;
    const since = cell.day - MEMORY_DAYS;
    cells.sweep((known) => dayOfKey(known) < since);
  }

  /** Adds an award to a series of instants, in order of time; instants out of reach of every window are swept out. */
  addTime(series: string, key: string, paid: Paid): void {
    const cells = this.cellsOf('times', series);
    const since = paid.atUs - MEMORY_US;
    const kept = (cells.get(key) ?? NO_TIMES).filter((earlier) => earlier.atUs > since);
    const place = kept.findLastIndex((earlier) => earlier.atUs <= paid.atUs) + 1;
    cells.set(key, kept.toSpliced(place, 0, paid));
    if (cells.sizeAtMost <= SWEEP_ABOVE_ENTRIES) return;
    cells.sweep((_, times) => (times.at(-1)?.atUs ?? since) <= since);
  }

  /** Adds a member to a group, once. */
  addMember(fact: string, group: string, member: string): void {
    const before = this.get('members', fact, group) ?? GrowingSet.of([]);
    this.put('members', fact, group, before.with(member));
  }

  /** Forgets what versions in shadow remembered, but for those that still are. */
  keepShadows(hashes: ReadonlySet<string>): void {
    const { rows } = this.tables.shadows;
    if (rows.size === 0) return;
    const kept = [...rows].filter(([hash]) => hashes.has(hash));
    if (kept.length < rows.size)
      this.tables = { ...this.tables, shadows: { owner: this.owner, rows: new Map(kept) } };
  }

  private cellsOf<Name extends keyof MemoryCells>(name: Name, row: string): Cells<MemoryCells[Name]> {
    let { rows } = this.tables[name];
    if (this.tables[name].owner !== this.owner) {
      rows = new Map(rows);
      this.tables = { ...this.tables, [name]: { owner: this.owner, rows } };
    }
    const known = rows.get(row);
    if (known?.owner === this.owner) return known;
    const cells = known?.ownedBy(this.owner) ?? Cells.of<MemoryCells[Name]>(this.owner);
    rows.set(row, cells);
    return cells;
  }
}

/** The memory of a user without events; fork it. */
export const EMPTY_MEMORY = RuleMemory.empty();

function plus(total: Total, amount: bigint): Total {
  return { count: total.count + 1, amount: total.amount + amount };
}

/** The inner key of a day. */
export function dayKey(key: string, day: number): string {
  return `${key}@${String(day)}`;
}

/** Splits what `dayKey` made. */
export function dayOfKey(cell: string): number {
  return Number(cell.slice(cell.lastIndexOf('@') + 1));
}
