import { stamp } from '../clock';
import {
  conditionOf,
  isTerminal,
  isTrue,
  JOB_TRACKING_FINALIZER,
  withCondition,
  type Job,
  type Pod,
} from '../objects';
import { earlier, earliestOf, now, type Controller, type ControllerContext, type Step } from './controller';
import { deletePod } from './deletion';
import { createPod, failureActionOf, lastRefusalMs, podsOf } from './job-pods';

const DEFAULT_BACKOFF_LIMIT = 6;
/** A pod that failed is replaced after this, doubled with each counted failure; also one that was evicted. */
const REPLACEMENT_DELAY_MS = 10_000;
const MAX_REPLACEMENT_DELAY_MS = 600_000;
const REFUSAL_RETRY_MS = 60_000;
/** Not before this instant may the job have another pod. */
const NEXT_POD_ANNOTATION = 'sim.kuda.ai/next-pod-at';

function setCondition(
  context: ControllerContext,
  job: Job,
  type: string,
  reason: string,
  message = '',
): void {
  context.store.update('jobs', job, (draft) => {
    const lastTransitionTime = stamp(context.nowMs());
    const next = {
      type,
      status: 'True',
      reason,
      message,
      lastTransitionTime,
      lastProbeTime: lastTransitionTime,
    } as const;
    draft.status.conditions = withCondition(draft.status.conditions, next);
    if (type === 'Complete') draft.status.completionTime = lastTransitionTime;
    if (type === 'Complete' || type === 'Failed') draft.status.active = 0;
  });
}

/** Counts a pod that has ended, once, and lets it go. */
function count(context: ControllerContext, job: Job, pod: Pod): void {
  const failed = pod.status.phase === 'Failed';
  const action = failed ? failureActionOf(job, pod) : 'None';
  context.store.update('jobs', job, (draft) => {
    const { status } = draft;
    if (!failed) status.succeeded = (status.succeeded ?? 0) + 1;
    if (failed && action !== 'Ignore') status.failed = (status.failed ?? 0) + 1;
    const delayMs = Math.min(
      MAX_REPLACEMENT_DELAY_MS,
      REPLACEMENT_DELAY_MS * 2 ** Math.max(0, (status.failed ?? 0) - 1),
    );
    draft.metadata.annotations = {
      ...draft.metadata.annotations,
      [NEXT_POD_ANNOTATION]: stamp(context.nowMs() + delayMs),
    };
    status.active = 0;
  });
  context.store.update('pods', pod, (draft) => {
    draft.metadata.finalizers = (draft.metadata.finalizers ?? []).filter(
      (held) => held !== JOB_TRACKING_FINALIZER,
    );
  });
  if (isTrue(job.status.conditions, 'FailureTarget') || !failed) return;
  const counted = (job.status.failed ?? 0) + (action === 'Ignore' ? 0 : 1);
  if (action === 'FailJob') {
    setCondition(
      context,
      job,
      'FailureTarget',
      'PodFailurePolicy',
      `Pod ${pod.metadata.name} failed by its exit code`,
    );
  } else if (counted > (job.spec.backoffLimit ?? DEFAULT_BACKOFF_LIMIT)) {
    setCondition(
      context,
      job,
      'FailureTarget',
      'BackoffLimitExceeded',
      'Job has reached the specified backoff limit',
    );
  }
}

/** Ends the living pods; null when each of them has been told. */
function endPods(context: ControllerContext, living: readonly Pod[]): Step | null {
  const untold = living.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  if (untold.length === 0) return null;
  return now(context, () => {
    for (const pod of untold) deletePod(context, pod);
  });
}

function suspendedStep(context: ControllerContext, job: Job, living: readonly Pod[]): Step | null {
  const ending = endPods(context, living);
  if (ending !== null) return ending;
  if (isTrue(job.status.conditions, 'Suspended') && job.status.startTime === undefined) return null;
  return now(context, () => {
    setCondition(context, job, 'Suspended', 'JobSuspended', 'Job suspended');
    context.store.update('jobs', job, (draft) => {
      delete draft.status.startTime;
      draft.status.active = 0;
    });
  });
}

function resume(context: ControllerContext, job: Job): void {
  context.store.update('jobs', job, (draft) => {
    draft.status.startTime = stamp(context.nowMs());
    if (conditionOf(draft.status.conditions, 'Suspended') === undefined) return;
    draft.status.conditions = withCondition(draft.status.conditions, {
      type: 'Suspended',
      status: 'False',
      reason: 'JobResumed',
      message: 'Job resumed',
      lastTransitionTime: stamp(context.nowMs()),
    });
  });
}

function deadlineStep(context: ControllerContext, job: Job): Step | null {
  const { startTime } = job.status;
  const { activeDeadlineSeconds } = job.spec;
  if (startTime === undefined || activeDeadlineSeconds === undefined) return null;
  const atMs = Date.parse(startTime) + activeDeadlineSeconds * 1000;
  const message = 'Job was active longer than specified deadline';
  return {
    atMs,
    run: () => {
      setCondition(context, job, 'FailureTarget', 'DeadlineExceeded', message);
    },
  };
}

function podStep(context: ControllerContext, job: Job, living: readonly Pod[]): Step | null {
  if (living.length > 0) {
    const active = living.filter((pod) => pod.metadata.deletionTimestamp === undefined).length;
    if (active === (job.status.active ?? 0)) return null;
    return now(context, () => {
      context.store.update('jobs', job, (draft) => {
        draft.status.active = active;
      });
    });
  }
  const next = job.metadata.annotations?.[NEXT_POD_ANNOTATION];
  const refusedMs = lastRefusalMs(context, job);
  const atMs = Math.max(
    context.nowMs(),
    next === undefined ? 0 : Date.parse(next),
    refusedMs === null ? 0 : refusedMs + REFUSAL_RETRY_MS,
  );
  return {
    atMs,
    run: () => {
      createPod(context, job);
    },
  };
}

function finishedStep(context: ControllerContext, job: Job): Step | null {
  const seconds = job.spec.ttlSecondsAfterFinished;
  const finished = ['Complete', 'Failed'].map((type) => conditionOf(job.status.conditions, type));
  const since = finished.find((condition) => condition?.status === 'True')?.lastTransitionTime;
  if (seconds === undefined || since === undefined) return null;
  return {
    atMs: Date.parse(since) + seconds * 1000,
    run: () => {
      context.store.remove('jobs', job);
    },
  };
}

function stepOf(context: ControllerContext, job: Job): Step | null {
  const pods = podsOf(context, job);
  const uncounted = pods.find(
    (pod) => isTerminal(pod) && pod.metadata.finalizers?.includes(JOB_TRACKING_FINALIZER) === true,
  );
  if (uncounted !== undefined)
    return now(context, () => {
      count(context, job, uncounted);
    });
  const { conditions } = job.status;
  if (isTrue(conditions, 'Complete') || isTrue(conditions, 'Failed')) return finishedStep(context, job);
  if (job.metadata.deletionTimestamp !== undefined) return null;
  const living = pods.filter((pod) => !isTerminal(pod));
  const target = conditionOf(conditions, 'FailureTarget');
  if (target !== undefined) {
    if (living.length > 0) return endPods(context, living);
    return now(context, () => {
      setCondition(context, job, 'Failed', target.reason ?? '', target.message);
    });
  }
  if ((job.status.succeeded ?? 0) >= (job.spec.completions ?? 1)) {
    return now(context, () => {
      setCondition(context, job, 'SuccessCriteriaMet', 'CompletionsReached');
      setCondition(context, job, 'Complete', 'CompletionsReached');
    });
  }
  if (job.spec.suspend === true) return suspendedStep(context, job, living);
  if (job.status.startTime === undefined)
    return now(context, () => {
      resume(context, job);
    });
  return earlier(deadlineStep(context, job), podStep(context, job, living));
}

/** Runs Jobs of one pod: suspension, deadline, failure policy, replacement, conditions and time to live. */
export const jobController: Controller = (context) =>
  earliestOf(context.store.list<Job>('jobs'), (job) => stepOf(context, job));
