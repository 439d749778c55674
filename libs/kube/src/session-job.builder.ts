import { createHash } from 'node:crypto';
import type { V1Job, V1Pod, V1PodTemplateSpec } from '@kubernetes/client-node';
import { ANNOTATIONS, SESSION_CONTAINER } from './labels';
import { TERMINATION_GRACE_SECONDS, sessionJobName, type SessionJobOrder } from './session-order';
import { buildPodTemplate, sessionLabels } from './session-pod.template';

/** A Job as this library makes it; opaque to its users, who only hand it on. */
export interface SessionJobManifest {
  readonly job: V1Job;
}

/** The pod such a Job will ask for, to be tried before. */
export interface SessionPodManifest {
  readonly pod: V1Pod;
}

const TTL_AFTER_FINISHED_SECONDS = 86_400;
const BACKOFF_LIMIT = 3;
/** Exit code of a container that was asked to end. */
const TERMINATED_EXIT_CODE = 143;

/** SHA-256 over the part of the Job that may never drift: the pod template and what was bought. */
function specHashOf(order: SessionJobOrder, template: V1PodTemplateSpec): string {
  return createHash('sha256')
    .update(JSON.stringify([order.purchasedSeconds, template]))
    .digest('hex');
}

/** The Job of a session: suspended until it is admitted, cut off by the cluster itself, without finalizers. */
export function buildSessionJob(order: SessionJobOrder): SessionJobManifest {
  const template = buildPodTemplate(order);
  const annotations: Record<string, string> = {
    [ANNOTATIONS.orderId]: order.orderId,
    [ANNOTATIONS.purchasedSeconds]: String(order.purchasedSeconds),
    [ANNOTATIONS.specHash]: specHashOf(order, template),
    ...(order.traceparent === null ? {} : { [ANNOTATIONS.traceparent]: order.traceparent }),
  };
  const job: V1Job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: sessionJobName(order.orderId),
      namespace: order.namespace,
      labels: sessionLabels(order),
      annotations,
    },
    spec: {
      suspend: true,
      parallelism: 1,
      completions: 1,
      completionMode: 'NonIndexed',
      backoffLimit: BACKOFF_LIMIT,
      activeDeadlineSeconds:
        order.purchasedSeconds + order.provisioningAllowanceSeconds + TERMINATION_GRACE_SECONDS,
      ttlSecondsAfterFinished: TTL_AFTER_FINISHED_SECONDS,
      podReplacementPolicy: 'Failed',
      podFailurePolicy: {
        rules: [
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
          {
            action: 'FailJob',
            onExitCodes: {
              containerName: SESSION_CONTAINER,
              operator: 'NotIn',
              values: [0, TERMINATED_EXIT_CODE],
            },
          },
        ],
      },
      template,
    },
  };
  return { job };
}

/** The pod of that Job, named so that a dry run cannot collide with the real one. */
export function buildSessionPod(order: SessionJobOrder): SessionPodManifest {
  const template = buildPodTemplate(order);
  return {
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        ...template.metadata,
        name: `${sessionJobName(order.orderId)}-dry-run`,
        namespace: order.namespace,
      },
      ...(template.spec === undefined ? {} : { spec: template.spec }),
    },
  };
}
