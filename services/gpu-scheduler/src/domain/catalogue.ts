import { isGpuClass, type GpuClass, type SessionOrder } from './session';

/** One TensorFlow environment that can be ordered. */
export interface SessionImage {
  readonly name: string;
  /** `repository@sha256:<digest>` */
  readonly reference: string;
  readonly minDriverMajor: number;
  /** Classes on which this TensorFlow and CUDA run natively. */
  readonly gpuClasses: readonly GpuClass[];
}

/** What can be ordered, as data. */
export interface Catalogue {
  readonly images: ReadonlyMap<string, SessionImage>;
  /** Exact values of `nvidia.com/gpu.product` by class. */
  readonly products: Readonly<Record<GpuClass, readonly string[]>>;
}

/** The outer bound of one session: GPUs, and seconds. */
const MAX_GPUS = 3;
const MAX_SECONDS = 24n * 60n * 60n;

/** An order that can be run, with what the catalogue says of it. */
export interface OrderPlan {
  readonly image: SessionImage;
  readonly gpuProducts: readonly string[];
}

export type PlannedOrder =
  { readonly plan: OrderPlan; readonly problem: null } | { readonly plan: null; readonly problem: string };

const refused = (problem: string): PlannedOrder => ({ plan: null, problem });

/** Checks an order against the catalogue; `problem` is for people, and names the first thing that is wrong. */
export function planOrder(order: SessionOrder, catalogue: Catalogue): PlannedOrder {
  if (order.gpuCount < 1 || order.gpuCount > MAX_GPUS) return refused(`gpu_count ${String(order.gpuCount)}`);
  if (order.durationSeconds < 1n || order.durationSeconds > MAX_SECONDS) {
    return refused(`duration_seconds ${order.durationSeconds.toString()}`);
  }
  if (!isGpuClass(order.gpuClass)) return refused(`unknown GPU class ${order.gpuClass}`);
  const image = catalogue.images.get(order.image);
  if (image === undefined) return refused(`unknown image ${order.image}`);
  if (!image.gpuClasses.includes(order.gpuClass))
    return refused(`${image.name} does not run on ${order.gpuClass}`);
  return { plan: { image, gpuProducts: catalogue.products[order.gpuClass] }, problem: null };
}
