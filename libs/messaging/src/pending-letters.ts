import type { IncomingMessage, MessageBatch } from './ports';

/** Where a record stands on the bus. */
export interface RecordPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

/** Why a record is put aside. */
export interface LetterReason {
  readonly code: string;
  readonly detail: string;
}

export interface PendingLettersOptions<Outcome> {
  /** Why an outcome puts its record aside; null when it does not. */
  readonly reasonOf: (outcome: Outcome) => LetterReason | null;
  /** Told of each letter once it stands on the dead-letter topic; for the log and the metrics. */
  readonly onLetter: (message: IncomingMessage, reason: LetterReason) => void;
}

interface Held {
  readonly batch: MessageBatch;
  /** Offsets of the records that have their letter. */
  readonly told: Set<bigint>;
}

/**
 * The records that handlers have at work, so that whoever finds a command at fault can put its record aside before the
 * command's offset is stored. A consumer works on a batch in `during`; the log's committer is given `onFault`. Holds as
 * many batches as the consumer handles at once, and only refers to them.
 */
export class PendingLetters<Outcome> {
  private readonly held = new Set<Held>();

  constructor(private readonly options: PendingLettersOptions<Outcome>) {}

  /** Does the work on a batch; while it lasts, the batch's records can be put aside by their places. */
  async during<T>(batch: MessageBatch, work: () => Promise<T>): Promise<T> {
    const held: Held = { batch, told: new Set() };
    this.held.add(held);
    try {
      return await work();
    } finally {
      this.held.delete(held);
    }
  }

  /**
   * Puts the record of a command aside: one letter in one handler call, however often it is told. Resolves when the
   * letter stands. A command without an input came by another way; its sender is answered instead.
   *
   * @throws Error when the record is not at hand: its letter would be lost.
   */
  readonly onFault = async (
    { input }: { readonly input: RecordPlace | null },
    outcome: Outcome,
  ): Promise<void> => {
    const reason = input === null ? null : this.options.reasonOf(outcome);
    if (input === null || reason === null) return;
    const { held, message } = this.find(input);
    if (held.told.has(input.offset)) return;
    await this.putAside(held.batch, message, reason);
    held.told.add(input.offset);
  };

  /** Puts a record aside that its consumer itself cannot take. Resolves when the letter stands. */
  async putAside(batch: MessageBatch, message: IncomingMessage, reason: LetterReason): Promise<void> {
    await batch.deadLetter(message, reason.code, reason.detail);
    this.options.onLetter(message, reason);
  }

  private find({ topic, partition, offset }: RecordPlace): {
    readonly held: Held;
    readonly message: IncomingMessage;
  } {
    for (const held of this.held) {
      if (held.batch.topic !== topic || held.batch.partition !== partition) continue;
      const message = held.batch.messages.find((each) => each.offset === offset);
      if (message !== undefined) return { held, message };
    }
    throw new Error(`no handler has the record ${topic}/${String(partition)}/${offset.toString()} at work`);
  }
}
