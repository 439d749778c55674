import { entriesByKind, MAX_READ_ENTRIES, readHead } from '@kuda/event-store';
import { Injectable } from '@nestjs/common';
import type { Shard } from '../shards/shard';
import { Shards } from '../shards/shards';
import { DecisionTally } from './decision-tally';

/** Adds up the decided events of all shards; it goes on where its last reading ended. */
@Injectable()
export class DecisionReportQuery {
  private readonly tally = new DecisionTally();
  private readonly positions: bigint[];
  private reading: Promise<void> = Promise.resolve();

  constructor(private readonly shards: Shards) {
    this.positions = shards.all.map(() => 0n);
  }

  /** The sums up to the heads of the logs as they stand now. Readings wait for each other. */
  async report() {
    this.reading = this.reading
      .catch(() => undefined)
      .then(async () => {
        for (const shard of this.shards.all) await this.catchUp(shard);
      });
    await this.reading;
    const positions = this.positions.map((position, shard) => ({ shard, position: position.toString() }));
    const entries = this.positions.reduce((sum, position) => sum + position, 0n);
    return { ...this.tally.view(), position: entries.toString(), positions };
  }

  private async catchUp({ index, pool }: Shard): Promise<void> {
    const { position: head } = await readHead(pool);
    for (let position = this.positions[index] ?? 0n; position < head; this.positions[index] = position) {
      const page = { after: position, limit: MAX_READ_ENTRIES };
      const entries = await entriesByKind(pool, 'ActivityDecided', page);
      for (const entry of entries) this.tally.add(entry);
      const last = entries.at(-1)?.position ?? head;
      const complete = entries.length < MAX_READ_ENTRIES;
      position = complete && last < head ? head : last;
    }
  }
}
