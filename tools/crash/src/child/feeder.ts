import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../plan/random';
import type { Feed } from '../plan/workload';
import type { Sender } from './sender';

/** Of each life one: from one command at a time to batches that are decided ahead. */
const LARGEST_CHUNKS = [1, 6, 20, 80] as const;
/** How far below the stored offset a partition may be delivered again, in items. */
const FARTHEST_REWIND = 20;
/** A sender sometimes pauses between two chunks, so that batches of every size come about. */
const LONGEST_PAUSE_MS = 3;

/** Delivers one feed from where it was left, a little of it again. */
export async function deliver(feed: Feed, from: number, random: Random, sender: Sender): Promise<void> {
  const largest = random.pick(LARGEST_CHUNKS);
  const again = feed.from === 'partition' ? random.below(FARTHEST_REWIND) : 0;
  for (let first = Math.max(0, from - again); first < feed.items.length;) {
    const items = feed.items.slice(first, first + random.between(1, largest));
    await sender.send({ feed, first, items });
    first += items.length;
    if (random.chance(0.3)) await sleep(random.below(LONGEST_PAUSE_MS));
  }
}
