import { Frontier } from '@kuda/transparency-log';
import type { LogHead, WriterHead } from '../append/acquire-epoch';
import { LogError, LogFencedError } from '../errors';
import type { InputOffset, StoredEntry } from '../ports';
import type { StoredOffset } from '../readers/states';
import type { LogStore } from './log-store';

/** A head that entries can be decided from: their leaves go into its tree. */
export interface DecidedHead extends LogHead {
  /** The log's name: part of every leaf. */
  readonly name: string;
  /** The tree's right edge over all entries up to the position; never changed in place. */
  readonly frontier: Frontier;
}

/** One text for an input partition. */
export function inputKey(input: { readonly topic: string; readonly partition: number }): string {
  return `${input.topic}/${String(input.partition)}`;
}

/**
 * What the one writer knows about the log: its head under its own epoch, and the stored input offsets. After
 * an append whose outcome is unknown it reads the head again; what it then finds beyond the old head is its
 * own, since under one epoch nobody else writes.
 */
export class WriterState {
  private known: DecidedHead | null = null;
  private coveredTo = 0n;
  private partitionEntries = 0n;
  private doubtAfter: bigint | null = null;
  private epoch: bigint | null = null;
  private readonly offsets = new Map<string, bigint>();
  private readonly recovered = new Set<bigint>();

  constructor(private readonly store: LogStore) {}

  /** The fencing token; fails before `acquire`. */
  get ownEpoch(): bigint {
    if (this.epoch === null) throw new LogError('KUDA-LOG-1013', 'the committer has not been started');
    return this.epoch;
  }

  /** The newest head seen. */
  get position(): bigint {
    return this.known?.position ?? this.doubtAfter ?? 0n;
  }

  async acquire(owner: string): Promise<void> {
    const head = await this.store.acquireEpoch(owner);
    this.setOffsets(await this.store.offsets());
    this.epoch = head.epoch;
    this.known = this.decidedHead(head);
  }

  /** Has the next partition created while the last one is half full: an append then never waits for it. */
  async cover(): Promise<void> {
    const wanted = this.position + this.partitionEntries / 2n;
    if (wanted > this.coveredTo) this.coveredTo = await this.store.coverPosition(wanted);
  }

  /** The head; read again when in doubt. True in `moved` when entries of this writer turned up that way. */
  async head(): Promise<{ readonly head: DecidedHead; readonly moved: boolean }> {
    if (this.known !== null) return { head: this.known, moved: false };
    const head = await this.store.head();
    if (head.epoch !== this.ownEpoch) throw this.fenced();
    const after = this.doubtAfter ?? head.position;
    const moved = head.position > after;
    if (moved) for (const entry of await this.store.entriesAfter(after)) this.recovered.add(entry.position);
    this.setOffsets(await this.store.offsets());
    this.known = this.decidedHead(head);
    this.doubtAfter = null;
    return { head: this.known, moved };
  }

  /** The outcome of an append is unknown: the next `head` looks for what it left. */
  doubt(): void {
    if (this.known === null) return;
    this.doubtAfter = this.known.position;
    this.known = null;
  }

  /** A batch is committed: the log stands where it was decided to stand. */
  appended(head: DecidedHead, inputs: readonly InputOffset[]): void {
    this.known = head;
    for (const input of inputs) this.offsets.set(inputKey(input), input.offset + 1n);
  }

  /** True while entries that turned up after a doubt wait for somebody to be told. */
  get recovering(): boolean {
    return this.recovered.size > 0;
  }

  /** True for an entry that turned up after a doubt and that nobody has been told of. */
  isRecovered(entry: StoredEntry): boolean {
    return this.recovered.has(entry.position);
  }

  /**
   * A caller has been told that this entry is recorded; whoever else sent its command is told that it is
   * repeated.
   */
  told(entry: StoredEntry): void {
    this.recovered.delete(entry.position);
  }

  /** Everybody whose append was in doubt has an answer. */
  settled(): void {
    if (this.doubtAfter === null) this.recovered.clear();
  }

  hasEffect(input: InputOffset): boolean {
    return input.offset < (this.offsets.get(inputKey(input)) ?? 0n);
  }

  fenced(): LogFencedError {
    return new LogFencedError(`epoch ${this.ownEpoch.toString()} is no longer the log's`);
  }

  private setOffsets(offsets: readonly StoredOffset[]): void {
    for (const offset of offsets) this.offsets.set(inputKey(offset), offset.nextOffset);
  }

  private decidedHead(head: WriterHead): DecidedHead {
    const { epoch, position, recordedAtUs, name } = head;
    const frontier = Frontier.fromBytes(head.frontier);
    if (frontier.size !== position) {
      const detail = `the head is at ${String(position)}, its tree has ${String(frontier.size)} leaves`;
      throw new LogError('KUDA-LOG-1012', detail);
    }
    this.coveredTo = head.coveredTo;
    this.partitionEntries = head.partitionEntries;
    return { epoch, position, recordedAtUs, name, frontier };
  }
}
