import { TOPICS } from '@kuda/contracts';
import type { KafkaBus, OffsetStore } from '@kuda/messaging';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { MemberRecord } from './member.entity';
import type { MemberProjection } from './member.projection';

/** How long a caller's `min_position` is waited for, and how often it is looked for. */
const POSITION_WAIT_MS = 3_000;
const POSITION_POLL_MS = 50;

const TOPIC = TOPICS.ledgerEvents.name;

/** What the gate asks of the bus. */
export interface LedgerFeed {
  readonly bus: Pick<KafkaBus, 'lag' | 'tail'>;
  readonly offsets: OffsetStore;
}

/** Read your own writes across services: waits until the members read model knows a user as of a ledger position. */
export class PositionGate {
  constructor(
    private readonly source: DataSource,
    private readonly members: MemberProjection,
    private readonly feed: LedgerFeed,
  ) {}

  /** False when the position has not arrived within 3 seconds. */
  async waitFor(userId: string, minPosition: bigint): Promise<boolean> {
    const deadline = performance.now() + POSITION_WAIT_MS;
    while (!(await this.isThere(userId, minPosition))) {
      if (performance.now() >= deadline) return false;
      await sleep(POSITION_POLL_MS);
    }
    return true;
  }

  /**
   * Either a record of the user of that position or later is here; or somebody's is, and the user's partition is read
   * to its end: the ledger publishes in the order of its positions, so there is nothing of the user in between.
   */
  private async isThere(userId: string, minPosition: bigint): Promise<boolean> {
    const member = await this.source.getRepository(MemberRecord).findOneBy({ userId });
    if (member !== null && member.position >= minPosition) return true;
    if ((await this.members.highestPosition()) < minPosition) return false;
    const partition = await this.feed.bus.tail.partitionOf(TOPIC, userId);
    const lags = await this.feed.bus.lag([TOPIC], this.feed.offsets);
    return lags.find((each) => each.partition === partition)?.lag === 0n;
  }
}
