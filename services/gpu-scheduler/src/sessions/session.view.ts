import { amountText, pageOf, timeText, toRfc3339 } from '@kuda/service-kit';
import { z } from 'zod';
import type { Admission } from '../domain/observed';
import type { SessionRecord } from './session.entity';

/** A session as its user sees it. Times are the cluster's. */
export const sessionView = z.strictObject({
  order_id: z.string(),
  redemption_id: z.string(),
  user_id: z.string(),
  state: z.enum(['placed', 'queued', 'admitted', 'running', 'ended']),
  place_in_queue: z
    .int()
    .nullable()
    .describe('From 1, among those that want the same GPUs; null outside the queue.'),
  waits_because: z.string().nullable(),
  is_stop_requested: z.boolean(),
  gpu_class: z.string(),
  gpu_count: z.int(),
  image: z.string(),
  purchased_seconds: amountText,
  metered_seconds: amountText.nullable().describe('Whole seconds run, once the session has ended.'),
  outcome: z.string().nullable(),
  detail: z.string().nullable(),
  job_name: z.string().nullable(),
  node: z.string().nullable(),
  placed_at: timeText,
  queued_at: timeText.nullable(),
  admitted_at: timeText.nullable(),
  started_at: timeText.nullable().describe("The kubelet's stamp."),
  ended_at: timeText.nullable(),
});

export const sessionPage = pageOf(sessionView);

export type SessionView = z.output<typeof sessionView>;

function timeOf(us: bigint | null): string | null {
  return us === null ? null : toRfc3339(us);
}

/** `closed` is how we tidy up; for a reader the session has ended. */
function stateOf(phase: string): SessionView['state'] {
  switch (phase) {
    case 'queued':
    case 'admitted':
    case 'running':
    case 'ended':
      return phase;
    case 'closed':
      return 'ended';
    default:
      return 'placed';
  }
}

export function toSessionView(record: SessionRecord, admission: Admission | undefined): SessionView {
  const waits = admission?.decision === 'wait' ? admission : null;
  return {
    order_id: record.orderId,
    redemption_id: record.redemptionId,
    user_id: record.userId,
    state: stateOf(record.phase),
    place_in_queue: waits?.place ?? null,
    waits_because: waits?.reason ?? null,
    is_stop_requested: record.isStopRequested,
    gpu_class: record.gpuClass,
    gpu_count: record.gpuCount,
    image: record.image,
    purchased_seconds: record.durationSeconds.toString(),
    metered_seconds: record.meteredSeconds?.toString() ?? null,
    outcome: record.outcome,
    detail: record.detail,
    job_name: record.jobName,
    node: record.node,
    placed_at: toRfc3339(record.placedAtUs),
    queued_at: timeOf(record.queuedAtUs),
    admitted_at: timeOf(record.admittedAtUs),
    started_at: timeOf(record.startedAtUs),
    ended_at: timeOf(record.endedAtUs),
  };
}
