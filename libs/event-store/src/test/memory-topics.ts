import type { RelayPublisher, RelayRecord, RelayTail } from '../relay/ports';

export const PARTITIONS = 3;

function partitionOfKey(key: string): number {
  return Buffer.from(key).reduce((sum, byte) => sum + byte, 0) % PARTITIONS;
}

/**
 * Topics in memory: a publish call lands partition by partition, each part whole; it may break off in
 * between.
 */
export class MemoryTopics implements RelayPublisher, RelayTail {
  readonly published: RelayRecord[][] = [];
  private readonly partitions = new Map<string, RelayRecord[]>();
  /** Called before each partition's part is stored; a throw breaks the call off there. */
  beforePart: (part: number) => void = () => undefined;

  async publish(records: readonly RelayRecord[]): Promise<void> {
    const parts = new Map<string, RelayRecord[]>();
    for (const record of records) {
      const slot = `${record.topic}/${String(await this.partitionOf(record.topic, record.key))}`;
      parts.set(slot, [...(parts.get(slot) ?? []), record]);
    }
    this.published.push([...records]);
    for (const [index, [slot, part]] of [...parts].entries()) {
      this.beforePart(index);
      this.partitions.set(slot, [...(this.partitions.get(slot) ?? []), ...part]);
    }
  }

  lastHeader(topic: string, header: string): Promise<ReadonlyMap<number, string>> {
    const found = new Map<number, string>();
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const value = this.records(topic, partition).at(-1)?.headers[header];
      if (value !== undefined) found.set(partition, value);
    }
    return Promise.resolve(found);
  }

  partitionOf(_topic: string, key: string): Promise<number> {
    return Promise.resolve(partitionOfKey(key));
  }

  records(topic: string, partition: number): readonly RelayRecord[] {
    return this.partitions.get(`${topic}/${String(partition)}`) ?? [];
  }

  /** Positions on a topic, partition by partition. */
  positions(topic: string): readonly (readonly string[])[] {
    return Array.from({ length: PARTITIONS }, (_, partition) =>
      this.records(topic, partition).map((record) => record.headers['kuda-position'] ?? ''),
    );
  }
}
