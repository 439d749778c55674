import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandEnvelope, LogCommitter, Outcome } from '@kuda/event-store';
import type { Feed, Item } from '../plan/workload';
import { envelopeOf, type TillCommand } from '../till/till';
import type { Answered, Report } from './protocol';

/** How often a sender repeats what was refused because the database was away. */
const MAX_ATTEMPTS = 100;
const PAUSE_MS = 20;

export type Submitter = Pick<LogCommitter<TillCommand>, 'submit' | 'storeOffset'>;

/** A slice of a feed; `first` is the offset of its first item. */
export interface Chunk {
  readonly feed: Feed;
  readonly first: number;
  readonly items: readonly Item[];
}

function answeredOf(envelope: CommandEnvelope<TillCommand>, outcome: Outcome | undefined): Answered {
  if (outcome === undefined) throw new Error(`no outcome for ${envelope.commandId}`);
  const position = outcome.status === 'faulted' ? 0n : outcome.entry.position;
  return { commandId: envelope.commandId, status: outcome.status, position };
}

/** Sends chunks as the services' consumers do: submit, put aside what is faulty, store the offset of what has no entry. */
export class Sender {
  answers = 0;

  constructor(
    private readonly committer: Submitter,
    private readonly tell: (report: Report) => void,
  ) {}

  /** Resolves when every item of the chunk is dealt with for ever. */
  async send({ feed, first, items }: Chunk): Promise<void> {
    const fromPartition = feed.from === 'partition';
    const envelopes = items.flatMap((item, index) => {
      const input = { topic: feed.name, partition: 0, offset: BigInt(first + index) };
      return item.kind === 'command' ? [envelopeOf(item.delivery, fromPartition ? input : null)] : [];
    });
    const outcomes = await this.patiently(() => this.committer.submit(envelopes));
    const answers = envelopes.map((envelope, index) => answeredOf(envelope, outcomes[index]));
    const aside = envelopes.length < items.length || answers.some(({ status }) => status === 'faulted');
    this.tell({ type: 'answered', feed: feed.name, items: items.length, answers });
    this.answers += answers.length;
    if (!fromPartition || !aside) return;
    const last = { topic: feed.name, partition: 0, offset: BigInt(first + items.length - 1) };
    await this.patiently(() => this.committer.storeOffset(last));
  }

  private async patiently<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        const transient = error instanceof Error && error.name === 'TransientError';
        if (!transient || attempt === MAX_ATTEMPTS) throw error;
        await sleep(PAUSE_MS);
      }
    }
  }
}
