import { bigintColumn } from '@kuda/event-store';
import { EntitySchema } from 'typeorm';

/** A session as read; its row is written beside the log (`writeSessions`). */
export interface SessionRecord {
  readonly orderId: string;
  readonly userId: string;
  readonly redemptionId: string;
  readonly phase: string;
  readonly gpuClass: string;
  readonly gpuCount: number;
  readonly durationSeconds: bigint;
  readonly image: string;
  readonly jobName: string | null;
  readonly node: string | null;
  readonly outcome: string | null;
  readonly detail: string | null;
  readonly meteredSeconds: bigint | null;
  readonly isStopRequested: boolean;
  readonly placedAtUs: bigint;
  readonly queuedAtUs: bigint | null;
  readonly admittedAtUs: bigint | null;
  readonly startedAtUs: bigint | null;
  readonly endedAtUs: bigint | null;
}

const text = (name: string) => ({ name, type: 'text' as const });
const optionalText = (name: string) => ({ name, type: 'text' as const, nullable: true });
const big = (name: string) => ({ name, type: 'bigint' as const, transformer: bigintColumn });
const optionalBig = (name: string) => ({ ...big(name), nullable: true });

export const SessionEntity = new EntitySchema<SessionRecord>({
  name: 'session',
  tableName: 'session',
  columns: {
    orderId: { ...text('order_id'), primary: true },
    userId: text('user_id'),
    redemptionId: text('redemption_id'),
    phase: text('phase'),
    gpuClass: text('gpu_class'),
    gpuCount: { name: 'gpu_count', type: 'integer' },
    durationSeconds: big('duration_seconds'),
    image: text('image'),
    jobName: optionalText('job_name'),
    node: optionalText('node'),
    outcome: optionalText('outcome'),
    detail: optionalText('detail'),
    meteredSeconds: optionalBig('metered_seconds'),
    isStopRequested: { name: 'is_stop_requested', type: 'boolean' },
    placedAtUs: big('placed_at_us'),
    queuedAtUs: optionalBig('queued_at_us'),
    admittedAtUs: optionalBig('admitted_at_us'),
    startedAtUs: optionalBig('started_at_us'),
    endedAtUs: optionalBig('ended_at_us'),
  },
});
