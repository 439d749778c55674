import { GrowingSet } from './growing-set';
import type { Paid, RuleMemory, Streak, Total } from './memory';

/** Plain JSON of a memory; amounts are decimal strings, instants are integers of microseconds (safe until 2255). */
export type PackedMemory = readonly [
  totals: readonly (readonly [string, readonly (readonly [string, number, string])[]])[],
  times: readonly (readonly [
    string,
    readonly (readonly [string, readonly (readonly [number, string])[]])[],
  ])[],
  streaks: readonly (readonly [string, number, number])[],
  members: readonly (readonly [string, readonly (readonly [string, readonly string[]])[]])[],
];

export function packMemory(memory: RuleMemory): PackedMemory {
  return [
    mapNested(memory.totals, (key, total) => [key, total.count, total.amount.toString()] as const),
    mapNested(memory.times, (key, times) => [key, times.map(packPaid)] as const),
    [...memory.streaks].map(([fact, streak]) => [fact, streak.lastDay, streak.days] as const),
    mapNested(memory.members, (group, members) => [group, members.list()] as const),
  ];
}

export function unpackMemory([totals, times, streaks, members]: PackedMemory): RuleMemory {
  return {
    totals: readNested(totals, ([key, count, amount]): [string, Total] => [
      key,
      { count, amount: BigInt(amount) },
    ]),
    times: readNested(times, ([key, list]): [string, readonly Paid[]] => [key, list.map(unpackPaid)]),
    streaks: new Map(streaks.map(([fact, lastDay, days]): [string, Streak] => [fact, { lastDay, days }])),
    members: readNested(members, ([group, list]): [string, GrowingSet] => [group, GrowingSet.of(list)]),
  };
}

function packPaid(paid: Paid): readonly [number, string] {
  return [Number(paid.atUs), paid.amount.toString()];
}

function unpackPaid([atUs, amount]: readonly [number, string]): Paid {
  return { atUs: BigInt(atUs), amount: BigInt(amount) };
}

function mapNested<T, Packed>(
  nested: ReadonlyMap<string, ReadonlyMap<string, T>>,
  pack: (key: string, value: T) => Packed,
): readonly (readonly [string, readonly Packed[]])[] {
  return [...nested].map(([series, cells]) => [series, [...cells].map(([key, value]) => pack(key, value))]);
}

function readNested<T, Packed>(
  packed: readonly (readonly [string, readonly Packed[]])[],
  unpack: (cell: Packed) => [string, T],
): ReadonlyMap<string, ReadonlyMap<string, T>> {
  return new Map(packed.map(([series, cells]) => [series, new Map(cells.map(unpack))]));
}
