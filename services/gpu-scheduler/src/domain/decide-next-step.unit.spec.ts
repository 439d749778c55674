import {
  ACTIVE_JOB,
  aPod,
  aSession,
  at,
  condition,
  JOB,
  NOW,
  ORDER,
  RUNNING,
  seen,
  terminated,
} from '../test/observed.builder';
import { decideNextStep } from './decide-next-step';
import type { NextAction } from './observed';
import type { EndedSession } from './session';

function endOf(action: NextAction): EndedSession {
  if (action.type !== 'record' || action.step.type !== 'ended') throw new Error(`not an end: ${action.type}`);
  return action.step.ended;
}

const record = (step: object, alarm: string | null = null) => ({ type: 'record', step, alarm });
const FOREIGN = { ...JOB, uid: 'job-2' };

describe('a placed order', () => {
  const placed = aSession('placed');

  test('gets its Job', () => {
    expect(decideNextStep(placed, seen(), NOW)).toEqual({ type: 'create_job' });
  });

  test('finds the Job that a crash left behind, and pins it', () => {
    expect(decideNextStep(placed, seen({ job: JOB }), NOW)).toEqual(
      record({ type: 'queued', job: { namespace: 'gpu-sessions', name: JOB.name, uid: 'job-1' } }),
    );
  });

  test('never adopts a Job that is not ours: an alarm, and nothing is charged', () => {
    const action = decideNextStep(placed, seen({ job: FOREIGN, isJobOurs: false }), NOW);
    expect(endOf(action)).toMatchObject({ end: 'platform_fault', meteredSeconds: 0n });
    expect(action).toMatchObject({ alarm: 'foreign Job session-order-1 job-2' });
  });

  test('that cannot be run ends without running', () => {
    const action = decideNextStep(placed, seen(), { ...NOW, orderProblem: 'unknown image' });
    expect(endOf(action)).toMatchObject({
      end: 'not_running',
      detail: 'the order cannot be run: unknown image',
    });
  });

  test('that was withdrawn ends; with a Job of it already there, that is pinned first', () => {
    const withdrawn = { ...placed, stopReason: 'changed my mind' };
    expect(endOf(decideNextStep(withdrawn, seen(), NOW))).toMatchObject({ end: 'not_running' });
    expect(decideNextStep(withdrawn, seen({ job: JOB }), NOW)).toMatchObject(record({ type: 'queued' }));
  });
});

describe('a queued session', () => {
  const queued = aSession('queued');
  const admit = { decision: 'admit' } as const;

  test('waits until it is admitted', () => {
    expect(decideNextStep(queued, seen({ job: JOB }), NOW)).toMatchObject({ type: 'none' });
    expect(decideNextStep(queued, seen({ job: JOB, admission: admit }), NOW)).toEqual({
      type: 'admit_job',
      uid: 'job-1',
    });
  });

  test('is recorded as admitted when its Job is not suspended, whoever lifted that', () => {
    expect(decideNextStep(queued, seen({ job: ACTIVE_JOB }), NOW)).toEqual(record({ type: 'admitted' }));
  });

  test('leaves the queue on request, and when its hold ends by the real clock', () => {
    const stopped = { ...queued, stopReason: 'enough' };
    expect(endOf(decideNextStep(stopped, seen({ job: JOB, admission: admit }), NOW)).end).toBe('not_running');
    const late = { ...NOW, realNowUs: ORDER.queueUntilUs };
    expect(endOf(decideNextStep(queued, seen({ job: JOB, admission: admit }), late)).end).toBe('not_running');
    const simulated = { ...NOW, nowUs: ORDER.queueUntilUs * 10n };
    expect(decideNextStep(queued, seen({ job: JOB, admission: admit }), simulated).type).toBe('admit_job');
  });

  test('ends as a platform fault when its Job is gone or another one has its name', () => {
    expect(endOf(decideNextStep(queued, seen(), NOW)).end).toBe('platform_fault');
    expect(decideNextStep(queued, seen({ job: FOREIGN }), NOW)).toMatchObject({
      alarm: 'foreign Job session-order-1 job-2',
    });
  });
});

describe('an admitted session', () => {
  const admitted = aSession('admitted');

  test('waits for its container, but not for ever', () => {
    const pulling = seen({
      job: ACTIVE_JOB,
      pods: [aPod({ state: 'waiting', reason: 'ContainerCreating' })],
    });
    expect(decideNextStep(admitted, pulling, NOW)).toEqual({ type: 'none', wakeAtUs: at(1_300) });
    const action = decideNextStep(admitted, pulling, { ...NOW, nowUs: at(1_300) });
    expect(endOf(action)).toMatchObject({ end: 'platform_fault', segments: [], meteredSeconds: 0n });
  });

  test.each([
    ['runs', RUNNING],
    ['has ended already', terminated(0, 5)],
  ])('has started when the container %s', (_, container) => {
    const step = {
      type: 'started',
      container: { podUid: 'pod-1', node: 'gpu-a100-0', startedAtUs: at(130) },
    };
    expect(decideNextStep(admitted, seen({ job: ACTIVE_JOB, pods: [aPod(container)] }), NOW)).toEqual(
      record(step),
    );
  });

  test('is withdrawn unbilled while the image is still pulled', () => {
    const stopped = { ...admitted, stopReason: 'enough' };
    expect(endOf(decideNextStep(stopped, seen({ job: ACTIVE_JOB }), NOW)).end).toBe('not_running');
  });

  test('ends as a platform fault when the Job fails before a container ran', () => {
    const job = { ...ACTIVE_JOB, conditions: [condition('Failed', 'BackoffLimitExceeded')] };
    expect(endOf(decideNextStep(admitted, seen({ job }), NOW)).end).toBe('platform_fault');
  });
});

describe('a running session', () => {
  const running = aSession('running');
  const here = (more: Parameters<typeof seen>[0] = {}) =>
    seen({ job: ACTIVE_JOB, pods: [aPod(RUNNING)], ...more });

  test('has its deadline anchored at the container start: exactly the seconds bought, once', () => {
    const wanted = 130 - 100 + 3600;
    expect(decideNextStep(running, here(), NOW)).toEqual({
      type: 'anchor_deadline',
      uid: 'job-1',
      activeDeadlineSeconds: wanted,
    });
    const job = { ...ACTIVE_JOB, activeDeadlineSeconds: wanted };
    expect(decideNextStep(running, here({ job }), NOW)).toEqual({ type: 'none', wakeAtUs: null });
  });

  test('is suspended to stop it, and then awaited', () => {
    const stopped = { ...running, stopReason: 'enough' };
    expect(decideNextStep(stopped, here(), NOW)).toEqual({ type: 'stop_job', uid: 'job-1' });
    const job = { ...ACTIVE_JOB, suspended: true };
    expect(decideNextStep(stopped, here({ job }), NOW).type).toBe('none');
  });

  const deadline = { ...ACTIVE_JOB, conditions: [condition('FailureTarget', 'DeadlineExceeded', 3_730)] };
  const evicted = { conditions: [condition('DisruptionTarget', 'DeletionByTaintManager')] };

  const stop = { stopReason: 'enough' };

  interface EndCase {
    readonly by: string;
    readonly container: ReturnType<typeof terminated>;
    readonly job?: typeof deadline;
    readonly state?: typeof stop;
    readonly end: string;
    readonly metered: bigint;
  }

  const CASES: readonly EndCase[] = [
    { by: 'exit 0', container: terminated(0, 600, 'Completed'), end: 'succeeded', metered: 600n },
    { by: 'exit 1', container: terminated(1, 600), end: 'user_error', metered: 600n },
    {
      by: 'want of memory',
      container: terminated(137, 600, 'OOMKilled'),
      end: 'out_of_memory',
      metered: 600n,
    },
    { by: 'a kill', container: terminated(137, 600), end: 'out_of_memory', metered: 600n },
    { by: 'the deadline', container: terminated(143, 3_600), job: deadline, end: 'limit', metered: 3_600n },
    {
      by: 'a kill after the deadline',
      container: terminated(137, 3_720),
      job: deadline,
      end: 'limit',
      metered: 3_600n,
    },
    { by: 'a stop', container: terminated(143, 600), state: stop, end: 'stopped', metered: 600n },
    {
      by: 'exit 0 before a stop',
      container: terminated(0, 600),
      state: stop,
      end: 'succeeded',
      metered: 600n,
    },
    { by: 'an overrun', container: terminated(143, 9_999), state: stop, end: 'limit', metered: 3_600n },
    { by: 'a deletion by somebody', container: terminated(143, 600), end: 'platform_fault', metered: 600n },
  ];

  test.each(CASES)('ended by $by: $end', ({ container, job = ACTIVE_JOB, state, end, metered }) => {
    const action = decideNextStep({ ...running, ...state }, here({ job, pods: [aPod(container)] }), NOW);
    expect(endOf(action)).toMatchObject({ end, meteredSeconds: metered });
    expect(endOf(action).segments).toMatchObject([
      { podUid: 'pod-1', node: 'gpu-a100-0', source: 'kubelet' },
    ]);
  });

  test('evicted with the kubelet still there: its stamp counts, and it is a platform fault', () => {
    const action = decideNextStep(running, here({ pods: [aPod(terminated(143, 600), evicted)] }), NOW);
    expect(endOf(action)).toMatchObject({ end: 'platform_fault', meteredSeconds: 600n });
  });

  test('on a lost node ends at the last renewal of its lease, once the cluster has given the pod up', () => {
    const node = { ready: false, leaseRenewedAtUs: at(730) };
    expect(decideNextStep(running, here({ node }), NOW).type).not.toBe('record');
    const ended = endOf(decideNextStep(running, here({ node, pods: [aPod(RUNNING, evicted)] }), NOW));
    expect(ended).toMatchObject({ end: 'platform_fault', meteredSeconds: 600n });
    expect(ended.segments[0]).toMatchObject({ source: 'lease', endedAtUs: at(730) });
  });

  test('whose pod went unseen ends by what the Job says, else by our last sight of it', () => {
    const failed = { ...ACTIVE_JOB, conditions: [condition('Failed', 'DeadlineExceeded', 3_731)] };
    const gone = { pods: [], seenRunningAtUs: at(430) };
    expect(endOf(decideNextStep(running, here({ ...gone, job: failed }), NOW))).toMatchObject({
      end: 'limit',
      meteredSeconds: 3_600n,
    });
    const suspended = {
      ...ACTIVE_JOB,
      suspended: true,
      conditions: [condition('Suspended', 'JobSuspended', 700)],
    };
    const stopped = { ...running, stopReason: 'enough' };
    expect(endOf(decideNextStep(stopped, here({ ...gone, job: suspended }), NOW))).toMatchObject({
      end: 'stopped',
      meteredSeconds: 570n,
    });
    const lost = endOf(decideNextStep(running, here({ ...gone, job: null }), NOW));
    expect(lost).toMatchObject({ end: 'platform_fault', meteredSeconds: 300n });
    expect(lost.segments[0]?.source).toBe('heartbeat');
  });
});

describe('an ended session', () => {
  const ended = aSession('ended');

  test('has its Job deleted by uid, and is closed when that is gone', () => {
    expect(decideNextStep(ended, seen({ job: ACTIVE_JOB }), NOW)).toEqual({
      type: 'delete_job',
      uid: 'job-1',
    });
    expect(decideNextStep(ended, seen({ job: { ...ACTIVE_JOB, deleting: true } }), NOW).type).toBe('none');
    expect(decideNextStep(ended, seen(), NOW)).toEqual(record({ type: 'closed' }));
  });

  test('never deletes a Job of another uid', () => {
    expect(decideNextStep(ended, seen({ job: FOREIGN }), NOW)).toMatchObject({
      type: 'record',
      step: { type: 'closed' },
      alarm: 'foreign Job session-order-1 job-2',
    });
  });

  test('deletes the Job of its order that a crash kept from being pinned', () => {
    const unpinned = { ...ended, job: null };
    expect(decideNextStep(unpinned, seen({ job: JOB }), NOW)).toEqual({ type: 'delete_job', uid: 'job-1' });
    const foreign = seen({ job: FOREIGN, isJobOfOrder: false });
    expect(decideNextStep(unpinned, foreign, NOW)).toMatchObject({ step: { type: 'closed' } });
  });
});

test('nothing is done for what is not known and for what is over', () => {
  expect(decideNextStep({ ...aSession('placed'), phase: 'none', order: null }, seen(), NOW).type).toBe(
    'none',
  );
  expect(decideNextStep(aSession('closed'), seen({ job: JOB }), NOW).type).toBe('none');
});
