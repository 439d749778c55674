import { setTimeout as sleep } from 'node:timers/promises';
import { LogError, messageOf } from '../errors';

/** How long a tail sleeps when nobody wakes it. */
export const TAIL_POLL_MS = 100;
/** Failures in a row after which a tail gives up: about two minutes with the pauses below. */
export const MAX_TAIL_FAILURES = 30;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** How long a stopping tail may go on with what is there already. */
export const MAX_DRAIN_MS = 5_000;

/** Codes that no repetition mends. */
const FINAL_CODES = new Set(['KUDA-LOG-1001', 'KUDA-LOG-1009', 'KUDA-LOG-1012']);

/** How a tail is doing, for probes and metrics. */
export interface TailHealth {
  /** The last position dealt with. */
  readonly position: bigint;
  /** Failures in a row; 0 when all is well. */
  readonly failures: number;
  readonly lastError: string | null;
}

export interface TailLoopOptions {
  readonly name: string;
  /** Does the next piece of work; true when there may be more. */
  readonly step: () => Promise<boolean>;
  readonly pollMs?: number;
  /** Told once when the tail has given up; the process must end. */
  readonly onFatal: (error: Error) => void;
}

function isFinal(error: unknown): boolean {
  return error instanceof LogError && FINAL_CODES.has(error.code);
}

/** Runs a step again and again: at once while there is more, else when woken or after the poll interval. */
export class TailLoop {
  private failureCount = 0;
  private failureText: string | null = null;
  private stopping = false;
  private woken = false;
  private wakeUp: (() => void) | null = null;
  private running: Promise<void> | null = null;

  constructor(private readonly options: TailLoopOptions) {}

  get failures(): number {
    return this.failureCount;
  }

  get lastError(): string | null {
    return this.failureText;
  }

  start(): void {
    this.running ??= this.run();
  }

  wake(): void {
    this.woken = true;
    this.wakeUp?.();
  }

  /** Finishes what is there already, at most MAX_DRAIN_MS, then resolves. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    let drainUntilMs = Infinity;
    for (;;) {
      if (this.stopping) drainUntilMs = Math.min(drainUntilMs, performance.now() + MAX_DRAIN_MS);
      if (performance.now() > drainUntilMs) return;
      this.woken = false;
      const answer = await this.tryStep();
      if (answer === 'given-up') return;
      if (answer === 'more') continue;
      if (this.isStopping()) return;
      if (answer === 'idle') await this.pause(this.options.pollMs ?? TAIL_POLL_MS);
      else await sleep(Math.min(FIRST_PAUSE_MS * 2 ** (this.failureCount - 1), LONGEST_PAUSE_MS));
    }
  }

  private async tryStep(): Promise<'more' | 'idle' | 'failed' | 'given-up'> {
    try {
      const more = await this.options.step();
      this.failureCount = 0;
      this.failureText = null;
      return more ? 'more' : 'idle';
    } catch (error) {
      this.failureCount += 1;
      this.failureText = messageOf(error);
      if (!isFinal(error) && this.failureCount < MAX_TAIL_FAILURES) return 'failed';
      const detail = `${this.options.name}: ${this.failureText}`;
      this.options.onFatal(
        error instanceof LogError && isFinal(error)
          ? error
          : new LogError('KUDA-LOG-1011', detail, { cause: error }),
      );
      return 'given-up';
    }
  }

  /** Read through a method: it changes while a step is awaited. */
  private isStopping(): boolean {
    return this.stopping;
  }

  private async pause(forMs: number): Promise<void> {
    if (this.woken) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, forMs);
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wakeUp = null;
  }
}
