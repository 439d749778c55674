import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, ConsumerCrashEvent, EachBatchPayload, KafkaMessage } from 'kafkajs';
import { BusError } from '../error-codes';
import { Assignment, untilPlaced, type Position } from './assignment';
import type { BatchConsumerOptions, BatchConsumerParts } from './batch-consumer.options';
import { chunksFrom } from './chunk';
import { partitionHealth, type ConsumerHealth } from './consumer-health';
import { makeGroupConsumer } from './group-consumer';
import { deadLetterAll, toMessageBatch } from './message-batch';
import { Pace } from './pace';
import { Positioner } from './positioner';
import { RetryLedger } from './retry-ledger';
import { ShownProgress } from './shown-progress';

const DEFAULT_MAX_CHUNK = 500;
const DEFAULT_PARTITIONS_AT_ONCE = 3;
const DEFAULT_PACE_MS = 40;
/** The client starts a crashed consumer again this often in a row; each time it has tried for about 10 s. */
const MAX_RESTARTS = 12;
const DRAIN_POLL_MS = 10;

/**
 * One consumer of one group. Hands out records in order, in chunks; goes on only when the handler has stored effect and
 * offset; after an assignment it starts where the offset store says.
 */
export class KafkaBatchConsumer {
  private readonly consumer: Consumer;
  private readonly positioner: Positioner;
  private readonly retries = new RetryLedger();
  private readonly pace: Pace;
  private readonly progress: ShownProgress;
  private readonly backingOff = new Map<string, NodeJS.Timeout>();
  private assignment: Assignment | undefined;
  private joined = false;
  private accepting = true;
  private failed = false;
  private inFlight = 0;
  private restarts = 0;
  private lastSignAt = Date.now();

  constructor(
    private readonly parts: BatchConsumerParts,
    private readonly options: BatchConsumerOptions,
  ) {
    this.consumer = makeGroupConsumer(parts.kafka, options.groupId, () => this.mayRestart());
    this.positioner = new Positioner(this.consumer, parts, options);
    this.pace = new Pace(options.paceMs ?? DEFAULT_PACE_MS);
    this.progress = new ShownProgress({
      logger: parts.logger,
      positions: () => (this.assignment?.lost === false ? this.assignment.positions : []),
      commit: (offsets) => this.consumer.commitOffsets(offsets),
    });
    this.listenToClient();
  }

  /** Joins the group and starts to hand out batches. Rejects when the bus cannot be reached or a topic is missing. */
  async start(): Promise<void> {
    await this.consumer.connect();
    try {
      await this.consumer.subscribe({ topics: [...this.options.topics], fromBeginning: true });
    } catch (error) {
      await this.consumer.disconnect();
      throw new BusError('KUDA-BUS-1002', this.options.topics.join(', '), { cause: error });
    }
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: this.options.partitionsAtOnce ?? DEFAULT_PARTITIONS_AT_ONCE,
      eachBatch: (payload) => this.pace.keep(() => this.eachBatch(payload)),
    });
  }

  /** Hands out nothing more; the handler calls under way go on. */
  stopIntake(): void {
    this.accepting = false;
  }

  /** Waits until no handler call is under way; false when that takes longer than `limitMs`. */
  async drain(limitMs: number): Promise<boolean> {
    const deadline = Date.now() + limitMs;
    while (this.inFlight > 0) {
      if (Date.now() >= deadline) return false;
      await sleep(DRAIN_POLL_MS);
    }
    return true;
  }

  /** Leaves the group. */
  async close(): Promise<void> {
    this.stopIntake();
    await this.progress.end();
    this.assignment?.lose();
    for (const timer of this.backingOff.values()) clearTimeout(timer);
    this.backingOff.clear();
    this.joined = false;
    await this.consumer.disconnect();
  }

  health(): ConsumerHealth {
    const partitions = (this.assignment?.positions ?? []).map(partitionHealth);
    return {
      joined: this.joined,
      silentMs: Date.now() - this.lastSignAt,
      partitions,
      lag: partitions.reduce((sum, { lag }) => sum + lag, 0n),
      backingOff: this.backingOff.size,
    };
  }

  private listenToClient(): void {
    const { events } = this.consumer;
    const sign = (): void => {
      this.lastSignAt = Date.now();
    };
    const lose = (): void => {
      this.joined = false;
      this.assignment?.lose();
    };
    this.consumer.on(events.FETCH, sign);
    this.consumer.on(events.FETCH, () => this.pace.fetched());
    this.consumer.on(events.HEARTBEAT, sign);
    this.consumer.on(events.REBALANCING, lose);
    this.consumer.on(events.STOP, lose);
    this.consumer.on(events.GROUP_JOIN, ({ payload }) => {
      sign();
      this.assign(new Assignment(payload.memberAssignment));
    });
    this.consumer.on(events.CRASH, (event) => {
      lose();
      this.crashed(event);
    });
  }

  private assign(assignment: Assignment): void {
    this.assignment?.lose();
    this.assignment = assignment;
    this.joined = true;
    this.restarts = 0;
    this.positioner.place(assignment).catch((error: unknown) => this.fail(error));
  }

  private crashed({ payload: { error, restart } }: ConsumerCrashEvent): void {
    if (restart) {
      const { groupId } = this.options;
      this.parts.logger.warn({ err: error, groupId }, 'the consumer crashed and starts again');
      return;
    }
    this.fail(new BusError('KUDA-BUS-1008', error.message, { cause: error }));
  }

  private mayRestart(): boolean {
    this.restarts += 1;
    return this.accepting && this.restarts <= MAX_RESTARTS;
  }

  private fail(error: unknown): void {
    this.stopIntake();
    if (this.failed) return;
    this.failed = true;
    this.options.onFatal(error instanceof Error ? error : new Error(String(error)));
  }

  private async eachBatch(payload: EachBatchPayload): Promise<void> {
    const { topic, partition, highWatermark } = payload.batch;
    const assignment = this.assignment;
    const position = assignment?.positionOf(topic, partition);
    // In both cases nothing is resolved: the same records come again, from where the stored offset says.
    if (!this.accepting) {
      payload.pause();
      return;
    }
    if (assignment === undefined || position?.next === undefined) return untilPlaced(assignment, position);
    position.end = BigInt(highWatermark);
    this.inFlight += 1;
    try {
      await this.handleChunks(payload, assignment, position);
    } finally {
      this.inFlight -= 1;
      this.lastSignAt = Date.now();
    }
    this.progress.moved();
  }

  private async handleChunks(
    payload: EachBatchPayload,
    assignment: Assignment,
    position: Position,
  ): Promise<void> {
    const isStale = (): boolean => assignment.lost || payload.isStale() || !payload.isRunning();
    const next = position.next ?? 0n;
    const chunks = chunksFrom(payload.batch.messages, next, this.options.maxChunk ?? DEFAULT_MAX_CHUNK);
    for (const chunk of chunks) {
      if (isStale() || !this.accepting) return;
      if (!(await this.handle(payload, chunk, isStale)) || isStale()) return;
      const last = chunk.at(-1)?.offset ?? payload.batch.lastOffset();
      payload.resolveOffset(last);
      position.next = BigInt(last) + 1n;
      await payload.heartbeat();
    }
    if (chunks.length === 0 && !isStale()) payload.resolveOffset(payload.batch.lastOffset());
  }

  /** True when the chunk's effects and offset are stored. */
  private async handle(
    payload: EachBatchPayload,
    chunk: readonly KafkaMessage[],
    isStale: () => boolean,
  ): Promise<boolean> {
    const { topic, partition } = payload.batch;
    const name = `${topic}/${String(partition)}`;
    const { publisher } = this.parts;
    const batch = toMessageBatch({ payload, chunk, isStale, publisher, groupId: this.options.groupId });
    try {
      await (this.options.handlerOf(topic) ?? deadLetterAll)(batch);
      this.retries.succeeded(name);
      return true;
    } catch (error) {
      this.judge(payload, name, error);
      return false;
    }
  }

  private judge(payload: EachBatchPayload, name: string, error: unknown): void {
    const verdict = this.retries.failed(name, error);
    switch (verdict.kind) {
      case 'fenced':
        this.fail(error);
        return;
      case 'give-up':
        this.fail(
          new BusError('KUDA-BUS-1007', `${name}, ${String(verdict.attempts)} attempts`, { cause: error }),
        );
        return;
      case 'retry': {
        const { afterMs, attempt } = verdict;
        this.parts.logger.warn(
          { err: error, partition: name, attempt, afterMs },
          'a batch failed and is tried again',
        );
        const resume = payload.pause();
        const timer = setTimeout(() => {
          this.backingOff.delete(name);
          resume();
        }, afterMs);
        clearTimeout(this.backingOff.get(name));
        this.backingOff.set(name, timer);
      }
    }
  }
}
