import { randomUUID } from 'node:crypto';
import { TOPICS } from '@kuda/contracts';
import { VERSION_HEADER, type BusLogger, type IncomingMessage, type KafkaBus } from '@kuda/messaging';
import { Latencies } from '../../frame/latency';
import { userOf, type Crowd } from './load';

/** What the Kafka client retries by itself is no news here; what it gives up on is thrown. */
export const SILENT: BusLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** The stages of the way that a balance's own stamps tell apart. */
export interface Stages {
  /** From the instant the event was due until the balance was received. */
  readonly whole: Latencies;
  /** Until the ledger recorded the decision (intake, its log, its relay, the ledger's queue). */
  readonly untilRecorded: Latencies;
  /** From there until the ledger's relay published it (commit, relay). */
  readonly untilPublished: Latencies;
}

/** Matches balances with the events that they answer: version n of an account answers its n-th event. */
export class Arrivals {
  readonly stages: Stages = {
    whole: new Latencies(),
    untilRecorded: new Latencies(),
    untilPublished: new Latencies(),
  };
  private readonly dueAt = new Map<string, number[]>();
  private readonly answered = new Map<string, number>();
  private waiting = 0;

  constructor(private readonly crowd: Crowd) {}

  /** Events sent and not yet answered. */
  get backlog(): number {
    return this.waiting;
  }

  sent(index: number, dueAtMs: number): void {
    const user = userOf(this.crowd, index);
    const due = this.dueAt.get(user) ?? [];
    this.dueAt.set(user, due);
    due.push(dueAtMs);
    this.waiting += 1;
  }

  /** One record of the balances' topic. */
  received(message: IncomingMessage): void {
    const due = this.dueAt.get(message.key ?? '');
    if (due === undefined) return;
    const version = Number(message.headers[VERSION_HEADER]);
    const nowMs = Date.now();
    const recordedMs = Date.parse(message.headers['ce_time'] ?? '');
    for (let next = this.answered.get(message.key ?? '') ?? 0; next < version; next += 1) {
      const dueAtMs = due[next];
      if (dueAtMs === undefined)
        throw new Error(`${message.key ?? ''}: version ${String(version)} of more events than were sent`);
      this.stages.whole.record(nowMs - dueAtMs);
      this.stages.untilRecorded.record(recordedMs - dueAtMs);
      this.stages.untilPublished.record(message.timestampMs - recordedMs);
      this.waiting -= 1;
      this.answered.set(message.key ?? '', next + 1);
    }
  }
}

/** Hands every balance that is published from now on to `take`. Returns how to end. */
export async function followBalances(
  bus: KafkaBus,
  take: (message: IncomingMessage) => void,
): Promise<() => Promise<void>> {
  let failure: Error | undefined;
  const next = new Map<number, bigint>();
  const consumer = bus.consumer({
    groupId: `bench-${randomUUID()}`,
    topics: [TOPICS.ledgerBalances.name],
    offsets: { nextOffset: (_, partition) => Promise.resolve(next.get(partition)) },
    handlerOf: () => (batch) => {
      for (const message of batch.messages) {
        take(message);
        next.set(batch.partition, message.offset + 1n);
      }
      return Promise.resolve();
    },
    onFatal: (error) => {
      failure = error;
    },
  });
  await consumer.start();
  return async () => {
    await consumer.close();
    if (failure !== undefined) throw failure;
  };
}
