import type { SqlClient } from '@kuda/event-store';
import { ProducerDirectory } from '../domain/producer';
import { currentProducers } from './producer.store';

/**
 * Who may emit what, as of the last change. This process is the only writer of its log, so that what it has read
 * stays true until it changes it itself.
 */
export class ProducerRegistry {
  private current = new ProducerDirectory([]);

  constructor(private readonly sql: SqlClient) {}

  get directory(): ProducerDirectory {
    return this.current;
  }

  /** Reads the registry; at the start, and after each change. */
  async refresh(): Promise<void> {
    this.current = new ProducerDirectory(await currentProducers(this.sql));
  }
}
