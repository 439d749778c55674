import { entriesByKind, MAX_READ_ENTRIES, readHead, type SqlPool } from '@kuda/event-store';
import { Inject, Injectable } from '@nestjs/common';
import { LOG_POOL } from '../ledger/ports';
import { DecisionTally } from './decision-tally';

/** Adds up the log's decided events; it goes on where its last reading ended. */
@Injectable()
export class DecisionReportQuery {
  private readonly tally = new DecisionTally();
  private position = 0n;
  private reading: Promise<void> = Promise.resolve();

  constructor(@Inject(LOG_POOL) private readonly pool: SqlPool) {}

  /** The sums up to the head of the log as it stands now. Readings wait for each other. */
  async report() {
    this.reading = this.reading.catch(() => undefined).then(() => this.catchUp());
    await this.reading;
    return { ...this.tally.view(), position: this.position.toString() };
  }

  private async catchUp(): Promise<void> {
    const { position: head } = await readHead(this.pool);
    while (this.position < head) {
      const page = { after: this.position, limit: MAX_READ_ENTRIES };
      const entries = await entriesByKind(this.pool, 'ActivityDecided', page);
      for (const entry of entries) this.tally.add(entry);
      const last = entries.at(-1)?.position ?? head;
      const complete = entries.length < MAX_READ_ENTRIES;
      this.position = complete && last < head ? head : last;
    }
  }
}
