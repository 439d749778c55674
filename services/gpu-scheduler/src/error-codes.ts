import type { ErrorCode } from '@kuda/service-kit';

/** Every code of this service. */
export const GPU_ERROR_CODES = {
  unreadableOrder: {
    code: 'KUDA-GPU-1001',
    title: 'Unreadable order',
    cause: 'A record on gpu.orders.v1 is no GpuOrder, or its order id cannot name a Kubernetes object.',
    remedy: 'Read it on gpu-scheduler.dlq; correct its producer.',
  },
  orderFault: {
    code: 'KUDA-GPU-1002',
    title: 'Order not recorded',
    cause: 'The log could not take the order; the detail has its reason.',
    remedy: 'Mend the cause and send the record of gpu-scheduler.dlq again.',
  },
  orderConflict: {
    code: 'KUDA-GPU-1003',
    title: 'Order id used twice',
    cause: 'An order with this id and another content had been placed before; the first one stands.',
    remedy: 'Use a new id for another order.',
  },
  foreignJob: {
    code: 'KUDA-GPU-1004',
    title: 'Foreign Job',
    cause: 'A Job stands under the name of one of ours, but it is not the one that we made.',
    remedy:
      'Find out who made it, and remove it; the session was ended as a platform fault, and nothing is charged.',
  },
  reconcileFailed: {
    code: 'KUDA-GPU-1005',
    title: 'Reconciling failed',
    cause: 'A pass over one session failed, most often because the API server or the database was away.',
    remedy: 'None at first: it is repeated with growing waits. If it lasts, look at the error beside it.',
  },
  podRefused: {
    code: 'KUDA-GPU-1006',
    title: 'Pod refused by the cluster',
    cause:
      'The dry run of the session’s pod was refused: Pod Security, quota, or a missing class or account.',
    remedy: 'Read the detail and mend the namespace; the session was ended, and nothing is charged.',
  },
} as const satisfies Record<string, ErrorCode>;
