/** One command of the common workload, in no system's own words. */
export type Operation =
  | { readonly kind: 'award'; readonly id: string; readonly account: number; readonly amount: number }
  | {
      readonly kind: 'hold';
      readonly id: string;
      readonly account: number;
      readonly amount: number;
      readonly holdId: string;
    }
  | {
      readonly kind: 'capture' | 'release';
      readonly id: string;
      readonly account: number;
      readonly amount: number;
      readonly holdId: string;
    };

/** What is asked of a ledger, in shares of all commands (reference: common workload). */
const HOLD_SHARE = 0.05;
const RETRY_SHARE = 0.01;
const CONFLICT_SHARE = 0.001;
/** Of the holds that end; the rest is released. */
const CAPTURE_SHARE = 0.5;
/** A hold ends, and a retry comes, this many commands later: whatever is in flight has been answered by then. */
const DISTANCE = 4_096;
const AWARD = 2_000;
const HELD = 1_000;

/** mulberry32: a small seeded generator; the same seed gives the same commands on every machine. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface WorkloadOptions {
  readonly count: number;
  /** 1: every command touches one account. */
  readonly accounts: number;
  readonly seed: number;
}

/** Awards, holds that are captured or released later, exact retries, and ids used again with other content. */
export function makeOperations({ count, accounts, seed }: WorkloadOptions): readonly Operation[] {
  const random = seeded(seed);
  const operations: Operation[] = [];
  const ends = new Map<number, Operation>();
  const prefix = `${String(seed)}-`;
  for (let index = 0; operations.length < count; index += 1) {
    const end = ends.get(operations.length);
    if (end !== undefined) {
      ends.delete(operations.length);
      operations.push(end);
      continue;
    }
    operations.push(next(operations, { random, id: `${prefix}${String(index)}`, accounts }));
    const last = operations.at(-1);
    if (last?.kind !== 'hold' || last.id !== `${prefix}${String(index)}`) continue;
    const kind = random() < CAPTURE_SHARE ? 'capture' : 'release';
    const free = freePlace(ends, operations.length + DISTANCE);
    ends.set(free, { ...last, kind, id: `${last.id}-end` });
  }
  return operations;
}

interface Draw {
  readonly random: () => number;
  readonly id: string;
  readonly accounts: number;
}

function next(before: readonly Operation[], { random, id, accounts }: Draw): Operation {
  const kind = random();
  const earlier = before[before.length - DISTANCE];
  if (earlier !== undefined && kind < RETRY_SHARE) return earlier;
  if (earlier !== undefined && kind < RETRY_SHARE + CONFLICT_SHARE) {
    return { ...earlier, amount: earlier.amount + 1 };
  }
  // Whom an award has reached can be held from.
  if (earlier?.kind === 'award' && kind < RETRY_SHARE + CONFLICT_SHARE + HOLD_SHARE) {
    return { kind: 'hold', id, account: earlier.account, amount: HELD, holdId: `hold-${id}` };
  }
  return { kind: 'award', id, account: Math.floor(random() * accounts), amount: AWARD };
}

function freePlace(taken: ReadonlyMap<number, unknown>, from: number): number {
  let place = from;
  while (taken.has(place)) place += 1;
  return place;
}
