/** Everything a session's Job is made of; the same input gives the same manifest, byte for byte. */
export interface SessionJobOrder {
  readonly orderId: string;
  readonly namespace: string;
  /** SHA-256 of the user id, shortened: no personal data in labels. */
  readonly userHash: string;
  /** Name in the catalogue, for example `tensorflow-2.15-cuda12`. */
  readonly imageName: string;
  /** `repository@sha256:<digest>`: what was sold is what runs. */
  readonly imageReference: string;
  readonly minDriverMajor: number;
  /** Exact values of `nvidia.com/gpu.product`; a prefix would match MIG slices. */
  readonly gpuProducts: readonly string[];
  readonly gpuCount: number;
  readonly purchasedSeconds: number;
  /** Seconds for pull and start, until the deadline is anchored anew at the container's start. */
  readonly provisioningAllowanceSeconds: number;
  readonly traceparent: string | null;
  readonly extraPodAnnotations: Readonly<Record<string, string>>;
}

/** The window in which a session saves its work when it is ended. */
export const TERMINATION_GRACE_SECONDS = 120;
export const SERVICE_ACCOUNT = 'gpu-session';
export const PRIORITY_CLASS = 'gpu-session';

const JOB_NAME = /^session-[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/;

/** The name of an order's Job: deterministic, so that creating twice is refused by the server. */
export function sessionJobName(orderId: string): string {
  return `session-${orderId}`;
}

/** True when the order id can be part of object names (lower case letters, digits and dashes; at most 48). */
export function isOrderIdNameable(orderId: string): boolean {
  return JOB_NAME.test(sessionJobName(orderId));
}
