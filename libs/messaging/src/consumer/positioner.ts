import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer } from 'kafkajs';
import { backoffMs } from '../backoff';
import { classifyError } from '../classify-error';
import { BusError } from '../error-codes';
import type { BatchConsumerOptions, BatchConsumerParts } from './batch-consumer.options';
import { startOf, type Assignment, type Position } from './assignment';

/** Failures that are neither transient nor ours, per assignment, before the process ends. */
const MAX_UNKNOWN_ATTEMPTS = 8;
/** A new leader may name an end that is behind for a moment; after this many looks (some 3 s) the end is what it is. */
const MAX_BEYOND_END_LOOKS = 6;

interface Failures {
  unknown: number;
  beyondEnd: number;
}

/** Whether it is worth another try; counts the failures that are so only a few times. */
function mayPass(error: unknown, failures: Failures): boolean {
  if (error instanceof BusError) {
    failures.beyondEnd += 1;
    return error.code === 'KUDA-BUS-1006' && failures.beyondEnd < MAX_BEYOND_END_LOOKS;
  }
  const failure = classifyError(error);
  if (failure === 'unknown') failures.unknown += 1;
  return failure !== 'fenced' && failures.unknown < MAX_UNKNOWN_ATTEMPTS;
}

/** Puts a new assignment where the effects stand: the database is the truth, Kafka's own commit is for display. */
export class Positioner {
  constructor(
    private readonly consumer: Consumer,
    private readonly parts: Pick<BatchConsumerParts, 'admin' | 'logger'>,
    private readonly options: Pick<BatchConsumerOptions, 'offsets' | 'onAssigned'>,
  ) {}

  /**
   * Seeks every partition, trying again while the database or the bus is away, until the assignment is lost.
   * Rejects with a `BusError` where the stored offset lies outside of what the topic holds.
   */
  async place(assignment: Assignment): Promise<void> {
    const failures: Failures = { unknown: 0, beyondEnd: 0 };
    for (let attempt = 1; !assignment.lost; attempt += 1) {
      try {
        await this.options.onAssigned?.(assignment.partitions);
        await this.placeOnce(assignment);
        return;
      } catch (error) {
        if (!mayPass(error, failures)) throw error;
        this.parts.logger.warn({ err: error, attempt }, 'the stored offsets cannot be read yet');
        await sleep(backoffMs(attempt, Math.random()));
      }
    }
  }

  private async placeOnce(assignment: Assignment): Promise<void> {
    const open = assignment.positions.filter(({ next }) => next === undefined);
    const topics = [...new Set(open.map(({ topic }) => topic))];
    for (const topic of topics) {
      const held = await this.parts.admin.with((admin) => admin.fetchTopicOffsets(topic));
      for (const position of open.filter((candidate) => candidate.topic === topic)) {
        const range = held.find(({ partition }) => partition === position.partition);
        await this.seek(assignment, position, {
          low: BigInt(range?.low ?? 0),
          end: BigInt(range?.high ?? 0),
        });
      }
    }
  }

  private async seek(
    assignment: Assignment,
    position: Position,
    { low, end }: { readonly low: bigint; readonly end: bigint },
  ): Promise<void> {
    const { topic, partition } = position;
    const stored = await this.options.offsets.nextOffset(topic, partition);
    if (assignment.lost) return;
    const where = `${topic}/${String(partition)}: stored ${String(stored)}, held ${String(low)} to ${String(end)}`;
    const start = startOf(stored, low, end);
    switch (start.kind) {
      case 'at':
        this.consumer.seek({ topic, partition, offset: start.offset.toString() });
        position.end = end;
        position.next = start.offset;
        return;
      case 'behind-retention':
        throw new BusError('KUDA-BUS-1005', where);
      case 'beyond-end':
        throw new BusError('KUDA-BUS-1006', where);
    }
  }
}
