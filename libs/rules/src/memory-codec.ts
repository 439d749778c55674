import { GrowingSet } from './growing-set';
import { dayKey, dayOfKey, RuleMemory, type MemoryCells, type Paid } from './memory';

/** An amount: a JSON integer where it is exact, else decimal digits. */
type PackedAmount = number | string;

type PackedRows<Cell> = readonly (readonly [row: string, ...cells: Cell[]])[];
type Keyed<Rest extends readonly unknown[]> = readonly [key: string, ...rest: Rest];

/**
 * Plain JSON of a memory. Instants are integers of microseconds (safe until 2255). Awards of one key stand in one flat
 * list, each instant or day as the distance to the one before it.
 */
export type PackedMemory = readonly [
  totals: PackedRows<Keyed<[count: number, amount: PackedAmount]>>,
  /** Of each day: its distance, count, amount. */
  days: PackedRows<Keyed<PackedAmount[]>>,
  bests: PackedRows<Keyed<[best: PackedAmount]>>,
  /** Of each award: its distance, amount, full value. */
  times: PackedRows<Keyed<PackedAmount[]>>,
  streaks: PackedRows<Keyed<[lastDay: number, days: number]>>,
  members: PackedRows<Keyed<string[]>>,
  values: PackedRows<Keyed<[value: number]>>,
  recent: readonly number[],
  shadows: readonly (readonly [hash: string, PackedMemory])[],
];

export function packMemory(memory: RuleMemory): PackedMemory {
  return [
    packRows(memory, 'totals', (key, { count, amount }) => [key, count, packAmount(amount)]),
    [...memory.entries('days')].map(([row, cells]) => [row, ...packDays(cells)]),
    packRows(memory, 'bests', (key, best) => [key, packAmount(best)]),
    packRows(memory, 'times', (key, times) => [key, ...packTimes(times)]),
    packRows(memory, 'streaks', (key, { lastDay, days }) => [key, lastDay, days]),
    packRows(memory, 'members', (group, members) => [group, ...members.list()]),
    packRows(memory, 'values', (key, value) => [key, value]),
    distances(memory.recent),
    [...memory.entries('shadows')].flatMap(([hash, cells]) =>
      [...cells.values()].map((shadow) => [hash, packMemory(shadow)] as const),
    ),
  ];
}

export function unpackMemory(packed: PackedMemory): RuleMemory {
  const [totals, days, bests, times, streaks, members, values, recent, shadows] = packed;
  const memory = RuleMemory.empty();
  each(totals, (row, [key, count, amount]) => {
    memory.put('totals', row, key, { count, amount: BigInt(amount) });
  });
  each(days, (row, [key, ...flat]) => {
    unpackDays(memory, row, key, flat);
  });
  each(bests, (row, [key, best]) => {
    memory.put('bests', row, key, BigInt(best));
  });
  each(times, (row, [key, ...flat]) => {
    memory.put('times', row, key, unpackTimes(flat));
  });
  each(streaks, (row, [key, lastDay, length]) => {
    memory.put('streaks', row, key, { lastDay, days: length });
  });
  each(members, (row, [group, ...list]) => {
    memory.put('members', row, group, GrowingSet.of(list));
  });
  each(values, (row, [key, value]) => {
    memory.put('values', row, key, value);
  });
  for (const [hash, shadow] of shadows) memory.put('shadows', hash, '', unpackMemory(shadow));
  memory.recent = sums(recent);
  return memory;
}

function packRows<Name extends keyof MemoryCells, Packed>(
  memory: RuleMemory,
  name: Name,
  pack: (key: string, cell: MemoryCells[Name]) => Packed,
): PackedRows<Packed> {
  return [...memory.entries(name)].map(
    ([row, cells]) => [row, ...[...cells].map(([key, cell]) => pack(key, cell))] as const,
  );
}

function each<Cell>(rows: PackedRows<Cell>, put: (row: string, cell: Cell) => void): void {
  for (const [row, ...cells] of rows) for (const cell of cells) put(row, cell);
}

function packDays(
  cells: ReadonlyMap<string, { readonly count: number; readonly amount: bigint }>,
): readonly Keyed<PackedAmount[]>[] {
  const byKey = new Map<string, { readonly flat: PackedAmount[]; last: number }>();
  for (const [cell, { count, amount }] of cells) {
    const key = cell.slice(0, cell.lastIndexOf('@'));
    const day = dayOfKey(cell);
    const days = byKey.get(key) ?? { flat: [], last: 0 };
    days.flat.push(day - days.last, count, packAmount(amount));
    days.last = day;
    byKey.set(key, days);
  }
  return [...byKey].map(([key, { flat }]) => [key, ...flat]);
}

function unpackDays(memory: RuleMemory, row: string, key: string, flat: readonly PackedAmount[]): void {
  let day = 0;
  for (let at = 0; at < flat.length; at += 3) {
    const [distance = 0, count = 0, amount = 0] = flat.slice(at, at + 3);
    day += Number(distance);
    memory.put('days', row, dayKey(key, day), { count: Number(count), amount: BigInt(amount) });
  }
}

function packTimes(times: readonly Paid[]): PackedAmount[] {
  let last = 0;
  return times.flatMap(({ atUs, amount, value }) => {
    const distance = atUs - last;
    last = atUs;
    return [distance, packAmount(amount), packAmount(value)];
  });
}

function unpackTimes(flat: readonly PackedAmount[]): readonly Paid[] {
  const times: Paid[] = [];
  let atUs = 0;
  for (let at = 0; at < flat.length; at += 3) {
    const [distance = 0, amount = 0, value = 0] = flat.slice(at, at + 3);
    atUs += Number(distance);
    times.push({ atUs, amount: BigInt(amount), value: BigInt(value) });
  }
  return times;
}

function packAmount(amount: bigint): PackedAmount {
  const number = Number(amount);
  return Number.isSafeInteger(number) ? number : amount.toString();
}

/** Each instant as its distance to the one before; the first as it is. */
function distances(instants: readonly number[]): number[] {
  return instants.map((instant, index) => instant - (instants[index - 1] ?? 0));
}

function sums(distant: readonly number[]): number[] {
  let at = 0;
  return distant.map((distance) => (at += distance));
}
