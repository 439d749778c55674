import { COMMITTER_POINTS, RELAY_POINTS } from '@kuda/event-store';
import type { ClockJump, Kill } from '../child/protocol';
import { KINDS, WEIGHTS, type Kind } from './kinds';
import { Random } from './random';
import { aWorkload, type Feed } from './workload';

/** Everything about a run, from its seed alone. */
export interface RunPlan {
  readonly seed: number;
  readonly kind: Kind;
  readonly feeds: readonly Feed[];
  /** How the lives end, one after the other; the life after the last is left alone. */
  readonly kills: readonly Kill[];
  /** After how many answers something is done from outside; in order. */
  readonly moments: readonly number[];
  readonly clock: readonly ClockJump[];
  /** Whether the relay publishes into Kafka, and whether the partitions come out of it. */
  readonly bus: 'none' | 'out' | 'through';
  /** Seeds what differs from life to life. */
  readonly lifeSeed: number;
}

/** Items of each partition; under a broken server the load has to last. */
const ITEMS: Readonly<Partial<Record<Kind, readonly number[]>>> = {
  'path-point': [80],
  'postgres-killed': [200, 400],
  'kafka-killed': [300],
  poison: [40],
};
const USUAL_ITEMS: readonly number[] = [60, 100, 300];
const FAULTY = 0.01;
const MANY_FAULTY = 0.15;
const LATEST_OCCURRENCE = 10;
const LONGEST_DELAY_MS = 4;
const FARTHEST_JUMP_MS = 3_000;

/** Passed only when the outcome of an append is in doubt. */
const IN_DOUBT = /head-re|doubt/;
/** Passed once in a life, or in a while. */
const RARE = /acquir|offsets|head-re|doubt|cover|fault|cursor-read|tails-read/;
const USUAL_POINTS = COMMITTER_POINTS.filter((point) => !IN_DOUBT.test(point));

interface Kills {
  readonly points: readonly string[];
  readonly most: number;
}

const KILLS: Readonly<Partial<Record<Kind, Kills>>> = {
  'committer-point': { points: USUAL_POINTS, most: 4 },
  'relay-point': { points: RELAY_POINTS, most: 3 },
  'path-point': { points: [...USUAL_POINTS, ...RELAY_POINTS], most: 2 },
  'connections-cut': { points: COMMITTER_POINTS.filter((point) => IN_DOUBT.test(point)), most: 2 },
  'clock-back': { points: USUAL_POINTS, most: 4 },
  poison: { points: USUAL_POINTS, most: 4 },
};

function someKills(random: Random, kind: Kind): readonly Kill[] {
  const kills = KILLS[kind];
  if (kills === undefined) return [];
  return Array.from({ length: random.between(1, kills.most) }, () => {
    const point = random.pick(kills.points);
    const occurrence = RARE.test(point) ? 1 : random.between(1, LATEST_OCCURRENCE);
    const delayMs = random.chance(0.25) ? random.between(1, LONGEST_DELAY_MS) : 0;
    return { point, occurrence, delayMs };
  });
}

/** A cut connection costs milliseconds, and few of the cuts meet an append under way. */
const MOST_MOMENTS: Readonly<Partial<Record<Kind, number>>> = { 'connections-cut': 9 };
const USUAL_MOST_MOMENTS = 3;

function someMoments(random: Random, items: number, kind: Kind): readonly number[] {
  const count = random.between(1, MOST_MOMENTS[kind] ?? USUAL_MOST_MOMENTS);
  return Array.from({ length: count }, () => random.between(5, items)).toSorted((a, b) => a - b);
}

function someJumps(random: Random): readonly ClockJump[] {
  return Array.from({ length: 4 }, (_, index) => ({
    answers: index * random.between(10, 40),
    offsetMs: random.between(-FARTHEST_JUMP_MS, FARTHEST_JUMP_MS),
  })).toSorted((one, other) => one.answers - other.answers);
}

function busOf(kind: Kind, random: Random): RunPlan['bus'] {
  switch (kind) {
    case 'relay-point':
    case 'sleeper':
    case 'older-copy':
      return 'out';
    case 'path-point':
    case 'kafka-killed':
      return 'through';
    case 'two-committers':
      return random.chance(0.5) ? 'out' : 'none';
    case 'committer-point':
    case 'any-moment':
    case 'postgres-killed':
    case 'connections-cut':
    case 'clock-back':
    case 'poison':
      return 'none';
  }
}

function kindOf(random: Random): Kind {
  let drawn = random.below(KINDS.reduce((sum, kind) => sum + WEIGHTS[kind], 0));
  for (const kind of KINDS) {
    if (drawn < WEIGHTS[kind]) return kind;
    drawn -= WEIGHTS[kind];
  }
  return 'committer-point';
}

/** The run of a seed; `kind` asks for one of a kind. */
export function planRun(seed: number, kind?: Kind): RunPlan {
  const random = new Random(seed);
  const drawn = kindOf(random);
  const chosen = kind ?? drawn;
  const items = random.pick(ITEMS[chosen] ?? USUAL_ITEMS);
  const faulty = chosen === 'poison' ? MANY_FAULTY : FAULTY;
  return {
    seed,
    kind: chosen,
    feeds: aWorkload(random, { items, faulty }),
    kills: someKills(random, chosen),
    moments: someMoments(random, items, chosen),
    clock: chosen === 'clock-back' ? someJumps(random) : [],
    bus: busOf(chosen, random),
    lifeSeed: random.below(2 ** 31),
  };
}
