import { SegmentSource, SessionEnd } from '@kuda/contracts';
import { aScheduler, type SchedulerFixture, type SchedulerLife } from '../test/scheduler.fixture';

jest.setTimeout(60_000);

describe('a session from order to end, on a simulated cluster and a real database', () => {
  let scheduler: SchedulerFixture;
  let life: SchedulerLife;

  beforeAll(async () => {
    scheduler = await aScheduler();
    life = await scheduler.begin();
  });

  afterAll(async () => {
    await life.end();
    await scheduler.end();
  });

  test('a container that runs to its end is metered to the second, and every step is told once in order', async () => {
    scheduler.simulator.behave({
      labels: { 'kuda.ai/image': 'tensorflow-2.10-cuda11' },
      behaviour: { runSeconds: 1234 },
    });
    const order = await life.place({ image: 'tensorflow-2.10-cuda11' });
    await scheduler.reaches(order.orderId, 'closed');
    const told = await scheduler.told(order.orderId);
    expect(told.map(({ body }) => body.case)).toEqual([
      'sessionQueued',
      'sessionAdmitted',
      'sessionStarted',
      'sessionEnded',
    ]);
    expect(told.map(({ sessionVersion }) => sessionVersion)).toEqual([1n, 2n, 3n, 4n]);
    const ended = told[3]?.body;
    if (ended?.case !== 'sessionEnded') throw new Error('not ended');
    expect(ended.value).toMatchObject({ end: SessionEnd.SUCCEEDED, meteredSeconds: 1234n });
    expect(ended.value.segments).toHaveLength(1);
    expect(ended.value.segments[0]?.source).toBe(SegmentSource.KUBELET);
  });

  test('a session that uses up its time ends by the cluster, at exactly the seconds bought', async () => {
    const order = await life.place({ durationSeconds: 7_200n });
    const { ended } = await scheduler.reaches(order.orderId, 'closed', 40_000);
    expect(ended).toMatchObject({ end: 'limit', meteredSeconds: 7_200n });
    const [segment] = ended?.segments ?? [];
    expect(segment?.source).toBe('kubelet');
    expect((segment?.endedAtUs ?? 0n) - (segment?.startedAtUs ?? 0n)).toBe(7_200_000_000n);
  });

  test.each([
    [1, 'user_error'],
    [137, 'out_of_memory'],
  ])('exit code %i is %s', async (exitCode, end) => {
    const image = exitCode === 1 ? 'tensorflow-2.17-cuda12' : 'tensorflow-2.15-cuda12';
    scheduler.simulator.behave({
      labels: { 'kuda.ai/image': image },
      behaviour: { runSeconds: 77, exitCode },
    });
    const order = await life.place({ image });
    const { ended } = await scheduler.reaches(order.orderId, 'closed');
    expect(ended).toMatchObject({ end, meteredSeconds: 77n });
    scheduler.simulator.behave({ labels: { 'kuda.ai/image': image }, behaviour: {} });
  });

  test('a session that is stopped ends early and is metered by the stamps of its container', async () => {
    const order = await life.place({ durationSeconds: 86_400n });
    await scheduler.reaches(order.orderId, 'running');
    await life.stopOrder(order.orderId);
    const { ended } = await scheduler.reaches(order.orderId, 'closed');
    expect(ended).toMatchObject({ end: 'stopped', detail: 'enough' });
    const [segment] = ended?.segments ?? [];
    const run = ((segment?.endedAtUs ?? 0n) - (segment?.startedAtUs ?? 0n)) / 1_000_000n;
    expect(ended?.meteredSeconds).toBe(run);
    expect(run).toBeLessThan(86_400n);
  });

  test('an order that cannot be run ends without a Job', async () => {
    const order = await life.place({ gpuClass: 'h100', image: 'tensorflow-2.10-cuda11' });
    const { ended, job } = await scheduler.reaches(order.orderId, 'closed');
    expect(ended).toMatchObject({ end: 'not_running', meteredSeconds: 0n });
    expect(ended?.detail).toContain('does not run on h100');
    expect(job).toBeNull();
  });

  test('who waits in the queue is admitted in turn, or leaves it when the hold ends', async () => {
    const first = await life.place({ gpuClass: 't4', gpuCount: 3, durationSeconds: 14_400n });
    await scheduler.reaches(first.orderId, 'running');
    const second = await life.place({ gpuClass: 't4', gpuCount: 2, durationSeconds: 600n });
    const queueUntilUs = BigInt(Date.now() + 3_000) * 1_000n;
    const third = await life.place({ gpuClass: 't4', gpuCount: 2, queueUntilUs });
    await scheduler.reaches(third.orderId, 'queued');
    const reviewed = await life.machine.admitter.review();
    expect(reviewed.get(second.orderId)).toMatchObject({ decision: 'wait', place: 1 });
    expect(reviewed.get(third.orderId)).toMatchObject({ decision: 'wait', place: 2 });
    const gone = await scheduler.reaches(third.orderId, 'closed');
    expect(gone.ended).toMatchObject({ end: 'not_running', meteredSeconds: 0n });
    const served = await scheduler.reaches(second.orderId, 'closed');
    expect(served.ended).toMatchObject({ end: 'limit', meteredSeconds: 600n });
  });
});
