import { LogError } from '../errors';
import { POSITION_HEADER, type RelayRecord, type RelayTail } from './ports';

/** A record with the position of its entry. */
export interface PositionedRecord {
  readonly position: bigint;
  readonly record: RelayRecord;
}

/**
 * What stands on the target topics beyond the relay's cursor: a crash between publishing and moving the
 * cursor leaves it there. Per partition, since each partition takes its part of a batch on its own.
 */
export class PublishedTails {
  private constructor(
    private readonly tail: RelayTail,
    private readonly tails: ReadonlyMap<string, ReadonlyMap<number, bigint>>,
    private readonly highest: bigint,
  ) {}

  /** Reads the last position on each partition; fails with KUDA-LOG-1009 when one is beyond `head`. */
  static async read(tail: RelayTail, topics: readonly string[], head: bigint): Promise<PublishedTails> {
    const tails = new Map<string, ReadonlyMap<number, bigint>>();
    let highest = 0n;
    for (const topic of topics) {
      const positions = new Map<number, bigint>();
      for (const [partition, text] of await tail.lastHeader(topic, POSITION_HEADER)) {
        const position = BigInt(text);
        if (position > head) {
          const detail = `${topic}/${String(partition)} is at ${text}, the log at ${head.toString()}`;
          throw new LogError('KUDA-LOG-1009', detail);
        }
        positions.set(partition, position);
        if (position > highest) highest = position;
      }
      tails.set(topic, positions);
    }
    return new PublishedTails(tail, tails, highest);
  }

  /** The records that do not stand on their partition yet. */
  async missing(records: readonly PositionedRecord[]): Promise<readonly PositionedRecord[]> {
    if ((records[0]?.position ?? 0n) > this.highest) return records;
    const missing: PositionedRecord[] = [];
    for (const positioned of records) if (!(await this.stands(positioned))) missing.push(positioned);
    return missing;
  }

  private async stands({ position, record }: PositionedRecord): Promise<boolean> {
    if (position > this.highest) return false;
    const partition = await this.tail.partitionOf(record.topic, record.key);
    return position <= (this.tails.get(record.topic)?.get(partition) ?? 0n);
  }
}
