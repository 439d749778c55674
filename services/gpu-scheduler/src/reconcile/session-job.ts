import { createHash, randomBytes } from 'node:crypto';
import { ANNOTATIONS, buildSessionJob, type SessionJobOrder } from '@kuda/kube';
import type { OrderPlan } from '../domain/catalogue';
import type { SessionOrder } from '../domain/session';

/** What Jobs are made with, beside the order. */
export interface JobSettings {
  readonly namespace: string;
  /** Seconds of the cluster's clock for pull and start. */
  readonly provisioningAllowanceSeconds: number;
}

const USER_HASH_CHARACTERS = 16;
const TOKEN_BYTES = 32;

/** The order as the Job builder wants it. */
export function sessionJobOrder(
  order: SessionOrder,
  plan: OrderPlan,
  settings: JobSettings,
  traceparent: string | null,
): SessionJobOrder {
  return {
    orderId: order.orderId,
    namespace: settings.namespace,
    userHash: createHash('sha256').update(order.userId).digest('hex').slice(0, USER_HASH_CHARACTERS),
    imageName: plan.image.name,
    imageReference: plan.image.reference,
    minDriverMajor: plan.image.minDriverMajor,
    gpuProducts: plan.gpuProducts,
    gpuCount: order.gpuCount,
    purchasedSeconds: Number(order.durationSeconds),
    provisioningAllowanceSeconds: settings.provisioningAllowanceSeconds,
    traceparent,
    extraPodAnnotations: {},
  };
}

/** The hash that the order's Job carries. */
export function specHashOf(order: SessionJobOrder): string {
  return buildSessionJob(order).job.metadata?.annotations?.[ANNOTATIONS.specHash] ?? '';
}

/** Opens the session's notebook; made once, kept only in the session's Secret. */
export function newSessionToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}
