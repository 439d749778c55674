import { fromBinary, GpuOrderSchema } from '@kuda/contracts';
import { isOrderIdNameable } from '@kuda/kube';
import type { OrderInput } from './session-stream';

/** Reads a record of gpu.orders.v1; null when it asks for nothing known here. @throws when it is unreadable */
export function readOrder(value: Uint8Array): OrderInput['command'] | null {
  const { orderId, order } = fromBinary(GpuOrderSchema, value);
  if (!isOrderIdNameable(orderId)) throw new Error('the order id cannot name a Kubernetes object');
  switch (order.case) {
    case 'placeOrder': {
      const { redemptionId, userId, gpuClass, gpuCount, durationSeconds, image, trustLevel, queueUntilUs } =
        order.value;
      return {
        type: 'place_order',
        order: {
          orderId,
          redemptionId,
          userId,
          gpuClass,
          gpuCount,
          durationSeconds,
          image,
          trustLevel,
          queueUntilUs,
        },
      };
    }
    case 'stopOrder':
      return { type: 'stop_order', orderId, reason: order.value.reason };
    case undefined:
      return null;
  }
}
