import { LogUnavailableError } from '../errors';
import type { CommandEnvelope, InputOffset, Outcome } from '../ports';
import { MAX_QUEUED_COMMANDS } from './limits';

/**
 * What the committer is asked to do: decide a command, look what is due on a stream, or remember an offset.
 */
export type Task<C> =
  | { readonly kind: 'command'; readonly command: CommandEnvelope<C> }
  | { readonly kind: 'wake'; readonly streamId: string }
  | { readonly kind: 'offset'; readonly input: InputOffset };

/** The answer to a task; null for tasks that have none. */
export type Answer = Outcome | null;

/** The tasks of one caller, and the promise of all their answers. */
class Ticket {
  readonly promise: Promise<readonly Answer[]>;
  private readonly answers: Answer[];
  private open: number;
  private resolve: (answers: readonly Answer[]) => void = () => undefined;
  private reject: (error: Error) => void = () => undefined;

  constructor(size: number) {
    this.open = size;
    this.answers = Array.from({ length: size }, () => null);
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    if (size === 0) this.resolve([]);
  }

  settle(index: number, answer: Answer): void {
    this.answers[index] = answer;
    this.open -= 1;
    if (this.open === 0) this.resolve(this.answers);
  }

  fail(error: Error): void {
    this.reject(error);
  }
}

/** One task on its way. */
export class Work<C> {
  private answered = false;

  constructor(
    readonly task: Task<C>,
    private readonly ticket: Ticket,
    private readonly index: number,
  ) {}

  get done(): boolean {
    return this.answered;
  }

  settle(answer: Answer): void {
    if (this.answered) return;
    this.answered = true;
    this.ticket.settle(this.index, answer);
  }

  fail(error: Error): void {
    this.answered = true;
    this.ticket.fail(error);
  }
}

/** First in, first out; bounded. Back-pressure is the caller's wait for the answers. */
export class WorkQueue<C> {
  private works: Work<C>[] = [];

  constructor(private readonly capacity = MAX_QUEUED_COMMANDS) {}

  get size(): number {
    return this.works.length;
  }

  /** Queues the tasks of one caller; rejects with KUDA-LOG-1006 (nothing queued) when they do not fit. */
  put(tasks: readonly Task<C>[]): Promise<readonly Answer[]> {
    if (this.works.length + tasks.length > this.capacity) {
      const detail = `${String(this.works.length)} commands wait, ${String(tasks.length)} more do not fit`;
      return Promise.reject(new LogUnavailableError('KUDA-LOG-1006', detail));
    }
    const ticket = new Ticket(tasks.length);
    tasks.forEach((task, index) => {
      this.works.push(new Work(task, ticket, index));
    });
    return ticket.promise;
  }

  /** The next ones, left where they are. */
  peek(limit: number): readonly Work<C>[] {
    return this.works.slice(0, limit);
  }

  take(limit: number): readonly Work<C>[] {
    const taken = this.works.slice(0, limit);
    this.works = this.works.slice(limit);
    return taken;
  }

  failAll(error: Error): void {
    for (const work of this.take(this.works.length)) work.fail(error);
  }
}
