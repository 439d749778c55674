/** Names on the objects of a session: one place, so that selectors and builders cannot drift apart. */
export const LABELS = {
  managedBy: 'app.kubernetes.io/managed-by',
  order: 'kuda.ai/order',
  userHash: 'kuda.ai/user-hash',
  image: 'kuda.ai/image',
} as const;

export const ANNOTATIONS = {
  traceparent: 'kuda.ai/traceparent',
  orderId: 'kuda.ai/order-id',
  purchasedSeconds: 'kuda.ai/purchased-seconds',
  specHash: 'kuda.ai/spec-hash',
} as const;

export const MANAGER = 'gpu-scheduler';

/** Selects everything this system made. */
export const MANAGED_SELECTOR = `${LABELS.managedBy}=${MANAGER}`;

export const SESSION_CONTAINER = 'session';
export const GPU_RESOURCE = 'nvidia.com/gpu';
export const GPU_PRODUCT_LABEL = 'nvidia.com/gpu.product';
export const CUDA_DRIVER_MAJOR_LABEL = 'nvidia.com/cuda.driver.major';
