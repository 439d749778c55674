import { Frontier } from '@kuda/transparency-log';
import type { WriterHead } from '../append/acquire-epoch';
import type { AppendAnswer, AppendBatch, StreamUpdate } from '../append/append-batch';
import type { LogStore } from '../committer/log-store';
import type { StoredEntry, StreamState } from '../ports';
import type { StoredOffset } from '../readers/states';

/** How one append goes wrong. */
export type Trouble = 'none' | 'lost-before' | 'lost-after' | 'deadlock' | 'stale';

function errorOf(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** The log's functions in memory, with the checks of `append_batch`; appends fail as the script says. */
export class MemoryStore implements LogStore {
  readonly entries: StoredEntry[] = [];
  readonly streams = new Map<string, StreamState>();
  readonly next = new Map<string, StoredOffset>();
  readonly totals = new Map<string, bigint>();
  appends = 0;
  private calls = 0;
  private epoch = 0n;
  private recordedAtUs = 0n;
  private frontier = Frontier.empty().toBytes();

  /** `turns[n]`: how many turns of the event loop's microtasks the nth call takes. */
  constructor(
    private readonly script: readonly Trouble[] = [],
    private readonly turns: readonly number[] = [],
  ) {}

  private async wait(): Promise<void> {
    this.calls += 1;
    for (let left = this.turns[this.calls % this.turns.length] ?? 0; left > 0; left -= 1) {
      await Promise.resolve();
    }
  }

  async acquireEpoch(): Promise<WriterHead> {
    this.epoch += 1n;
    return this.head();
  }

  head(): Promise<WriterHead> {
    const { epoch, recordedAtUs } = this;
    return Promise.resolve({
      epoch,
      recordedAtUs,
      position: BigInt(this.entries.length),
      name: 'memory',
      frontier: this.frontier,
      coveredTo: 1_000_000n,
      partitionEntries: 1_000n,
    });
  }

  offsets(): Promise<readonly StoredOffset[]> {
    return Promise.resolve([...this.next.values()]);
  }

  async firstOutcomes(commandIds: readonly string[]): Promise<ReadonlyMap<string, StoredEntry>> {
    await this.wait();
    const wanted = new Set(commandIds);
    if (commandIds.some((id) => id.includes('\0'))) throw errorOf('22021');
    const found = this.entries.filter((entry) => wanted.has(entry.commandId));
    return new Map(found.map((entry) => [entry.commandId, entry]));
  }

  streamStates(streamIds: readonly string[]): Promise<ReadonlyMap<string, StreamState>> {
    return Promise.resolve(
      new Map(
        streamIds.flatMap((id) => {
          const stream = this.streams.get(id);
          return stream === undefined ? [] : [[id, stream] as const];
        }),
      ),
    );
  }

  entriesAfter(position: bigint): Promise<readonly StoredEntry[]> {
    return Promise.resolve(this.entries.slice(Number(position)));
  }

  coverPosition(position: bigint): Promise<bigint> {
    return Promise.resolve(position);
  }

  async append(batch: AppendBatch): Promise<AppendAnswer> {
    const trouble = this.script[this.appends] ?? 'none';
    this.appends += 1;
    await this.wait();
    if (trouble === 'lost-before') throw errorOf('ECONNRESET');
    if (trouble === 'deadlock') throw errorOf('40P01');
    // Never twice in a row: a batch is decided again a bounded number of times.
    if (trouble === 'stale' && this.script[this.appends - 2] !== 'stale')
      return { status: 'stale', streamIds: [...this.streams.keys()] };
    const answer = this.check(batch) ?? this.write(batch);
    await this.wait();
    if (trouble === 'lost-after') throw errorOf('57P01');
    return answer;
  }

  private check(batch: AppendBatch): AppendAnswer | null {
    const position = BigInt(this.entries.length);
    if (batch.epoch !== this.epoch) return { status: 'fenced' };
    if (batch.after !== position) return { status: 'behind', position };
    const ids = new Set(this.entries.map((entry) => entry.commandId));
    if (batch.entries.some((entry) => ids.has(entry.commandId))) return { status: 'known' };
    const stale = batch.streams.filter(
      ({ streamId, before }) => (this.streams.get(streamId)?.version ?? 0n) !== before,
    );
    return stale.length > 0 ? { status: 'stale', streamIds: stale.map(({ streamId }) => streamId) } : null;
  }

  private write(batch: AppendBatch): AppendAnswer {
    for (const entry of batch.entries) {
      if (entry.recordedAtUs <= this.recordedAtUs) throw new Error('ledger time goes back');
      if (entry.position !== BigInt(this.entries.length + 1)) throw new Error('a gap');
      this.recordedAtUs = entry.recordedAtUs;
      this.entries.push(entry);
    }
    this.frontier = batch.frontier;
    for (const stream of batch.streams) this.streams.set(stream.streamId, this.updated(stream));
    for (const { key, amount } of batch.totals) this.totals.set(key, (this.totals.get(key) ?? 0n) + amount);
    for (const { topic, partition, offset } of batch.inputs) {
      this.next.set(`${topic}/${String(partition)}`, { topic, partition, nextOffset: offset + 1n });
    }
    return { status: 'appended', position: BigInt(this.entries.length) };
  }

  private updated({ pages: changes, ...stream }: StreamUpdate): StreamState {
    const pages = new Map(this.streams.get(stream.streamId)?.pages);
    for (const { pageNo, bytes } of changes) {
      if (bytes === null) pages.delete(pageNo);
      else pages.set(pageNo, bytes);
    }
    return { ...stream, pages };
  }
}
