import type { Delivery, TillCommand } from '../till/till';
import type { Random } from './random';

/** One thing that a feed delivers. */
export type Item =
  /** A command: the first of its id, a repeat, a conflicting one, or one that cannot be taken. */
  | { readonly kind: 'command'; readonly delivery: Delivery; readonly fate: Fate }
  /** A record that is no command: only its offset is stored. */
  | { readonly kind: 'other' };

/**
 * What must come of a command: it is recorded, it repeats an earlier one of its feed, it conflicts with an earlier one,
 * or nothing is written and its sender is told.
 */
export type Fate = 'recorded' | 'repeated' | 'conflict' | 'faulted';

/** Commands in the order in which one sender sends them. */
export interface Feed {
  readonly name: string;
  /** Where it comes from: a partition whose offset is stored with the effect, or a caller who waits for the answer. */
  readonly from: 'partition' | 'caller';
  readonly items: readonly Item[];
}

export interface WorkloadSize {
  /** Items of each feed. */
  readonly items: number;
  /** The share of commands that cannot be decided or stored. */
  readonly faulty: number;
}

const ACCOUNTS_PER_FEED = 6;
const MILLISECOND_US = 1_000;
const LONGEST_WAIT_MS = 400;
const LARGEST_AMOUNT = 40;
/** How far back a repeat reaches: often into the same batch. */
const REPEAT_WITHIN = 30;

function aCommand(random: Random): TillCommand {
  const amount = BigInt(random.between(1, LARGEST_AMOUNT));
  if (random.chance(0.45)) return { type: 'spend', amount };
  const waits = random.chance(0.25) ? random.between(1, LONGEST_WAIT_MS) * MILLISECOND_US : 0;
  return { type: 'credit', amount, waitUs: BigInt(waits) };
}

function faulty(random: Random, delivery: Delivery): Delivery {
  // Either the decision throws, or PostgreSQL refuses the text.
  if (random.chance(0.5)) return { ...delivery, command: { type: 'broken' } };
  return { ...delivery, id: `${delivery.id}\0` };
}

function aFeed(random: Random, name: string, from: Feed['from'], size: WorkloadSize): Feed {
  const items: Item[] = [];
  const recorded: Delivery[] = [];
  for (let index = 0; index < size.items; index += 1) {
    const account = `${name}-${String(random.below(ACCOUNTS_PER_FEED))}`;
    const delivery = { id: `${name}/${String(index)}`, account, command: aCommand(random) };
    const earlier = recorded.at(-1 - random.below(Math.min(REPEAT_WITHIN, recorded.length)));
    if (from === 'partition' && random.chance(0.03)) {
      items.push({ kind: 'other' });
    } else if (random.chance(size.faulty)) {
      items.push({ kind: 'command', delivery: faulty(random, delivery), fate: 'faulted' });
    } else if (earlier !== undefined && random.chance(0.06)) {
      items.push({ kind: 'command', delivery: earlier, fate: 'repeated' });
    } else if (earlier !== undefined && random.chance(0.03)) {
      const other = { ...earlier, command: { type: 'spend', amount: 1_000n } } as const;
      items.push({ kind: 'command', delivery: other, fate: 'conflict' });
    } else {
      items.push({ kind: 'command', delivery, fate: 'recorded' });
      recorded.push(delivery);
    }
  }
  return { name, from, items };
}

/** Three partitions and a caller; accounts belong to one feed each, so that its order is the order of decision. */
export function aWorkload(random: Random, size: WorkloadSize): readonly Feed[] {
  return [
    aFeed(random, 'in-0', 'partition', size),
    aFeed(random, 'in-1', 'partition', size),
    aFeed(random, 'in-2', 'partition', size),
    aFeed(random, 'caller', 'caller', { ...size, items: Math.ceil(size.items / 4) }),
  ];
}
