import { aScheduler, type SchedulerFixture, type SchedulerLife } from '../test/scheduler.fixture';

jest.setTimeout(90_000);

describe('whatever happens to the scheduler, the session ends the same', () => {
  let scheduler: SchedulerFixture;

  beforeAll(async () => {
    scheduler = await aScheduler();
  });

  afterAll(async () => {
    await scheduler.end();
  });

  const kindsOf = async (orderId: string): Promise<string[]> =>
    (await scheduler.entries(orderId)).map(({ kind }) => kind);

  const WHOLE_LIFE = [
    'OrderPlaced',
    'SessionQueued',
    'SessionAdmitted',
    'SessionStarted',
    'SessionEnded',
    'SessionClosed',
  ];

  test.each(['placed', 'queued', 'admitted', 'running'] as const)(
    'a restart while it is %s',
    async (phase) => {
      const first = await scheduler.begin();
      const order = await first.place({ durationSeconds: 4_800n });
      // What is reached may already be past: the restart then simply falls into the next phase.
      await scheduler.reaches(order.orderId, phase);
      await first.end();
      const second = await scheduler.begin();
      const { ended } = await scheduler.reaches(order.orderId, 'closed', 40_000);
      expect(ended).toMatchObject({ end: 'limit', meteredSeconds: 4_800n });
      expect(await kindsOf(order.orderId)).toEqual(WHOLE_LIFE);
      await second.end();
    },
  );

  test('it ends while the scheduler is down: the kubelet’s stamps are read afterwards', async () => {
    scheduler.simulator.behave({ labels: {}, behaviour: { runSeconds: 5_000 } });
    const first = await scheduler.begin();
    const order = await first.place({ durationSeconds: 20_000n });
    await scheduler.reaches(order.orderId, 'running');
    await first.end();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const second = await scheduler.begin();
    const { ended } = await scheduler.reaches(order.orderId, 'closed');
    expect(ended).toMatchObject({ end: 'succeeded', meteredSeconds: 5_000n });
    await second.end();
    scheduler.simulator.behave({ labels: {}, behaviour: {} });
  });

  test('it is cut off while the scheduler is down: the pod is gone, the Job says why, and the hold is the limit', async () => {
    const first = await scheduler.begin();
    const order = await first.place({ durationSeconds: 3_600n });
    await scheduler.reaches(order.orderId, 'running');
    // The anchored deadline is the cluster's from here on.
    await new Promise((resolve) => setTimeout(resolve, 500));
    await first.end();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const second = await scheduler.begin();
    const { ended } = await scheduler.reaches(order.orderId, 'closed');
    expect(ended).toMatchObject({ end: 'limit', meteredSeconds: 3_600n });
    await second.end();
  });

  test('every pass made twice, beside the passes of the loop', async () => {
    const life: SchedulerLife = await scheduler.begin();
    const order = await life.place({ durationSeconds: 4_800n });
    const { reconciler } = life.machine;
    let isOver = false;
    const twice = async (): Promise<void> => {
      while (!isOver) {
        await Promise.allSettled([reconciler.reconcile(order.orderId), reconciler.reconcile(order.orderId)]);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const passes = twice();
    const { ended } = await scheduler.reaches(order.orderId, 'closed', 40_000);
    isOver = true;
    await passes;
    expect(ended).toMatchObject({ end: 'limit', meteredSeconds: 4_800n });
    expect(await kindsOf(order.orderId)).toEqual(WHOLE_LIFE);
    expect((await scheduler.told(order.orderId)).map(({ sessionVersion }) => sessionVersion)).toEqual([
      1n,
      2n,
      3n,
      4n,
    ]);
    await life.end();
  });

  test('the API server restarts in the middle of it', async () => {
    const life = await scheduler.begin();
    const order = await life.place({ durationSeconds: 4_800n });
    await scheduler.reaches(order.orderId, 'running');
    scheduler.simulator.dropConnections();
    scheduler.simulator.compact();
    const { ended } = await scheduler.reaches(order.orderId, 'closed', 40_000);
    expect(ended).toMatchObject({ end: 'limit', meteredSeconds: 4_800n });
    await life.end();
  });
});

describe('faults of the cluster', () => {
  let scheduler: SchedulerFixture;
  let life: SchedulerLife;

  beforeAll(async () => {
    scheduler = await aScheduler({}, 3);
    life = await scheduler.begin();
  });

  afterAll(async () => {
    await life.end();
    await scheduler.end();
  });

  test('a lost node: metered to the last renewal of its lease, as a platform fault', async () => {
    const order = await life.place({ gpuClass: 'l4', durationSeconds: 86_400n });
    const { running } = await scheduler.reaches(order.orderId, 'running');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const lostAtMs = scheduler.simulator.nowMs();
    scheduler.simulator.loseNode(running?.node ?? '');
    const { ended } = await scheduler.reaches(order.orderId, 'closed', 30_000);
    expect(ended?.end).toBe('platform_fault');
    const [segment] = ended?.segments ?? [];
    expect(segment?.source).toBe('lease');
    const ranSeconds = (lostAtMs - Number((running?.startedAtUs ?? 0n) / 1_000n)) / 1_000;
    expect(Math.abs(Number(ended?.meteredSeconds) - ranSeconds)).toBeLessThanOrEqual(60);
  });

  test('an image that never comes: a platform fault after the provisioning bound, and nothing is metered', async () => {
    scheduler.simulator.behave({
      labels: { 'kuda.ai/image': 'tensorflow-2.17-cuda12' },
      behaviour: { pullFails: true },
    });
    const order = await life.place({ image: 'tensorflow-2.17-cuda12' });
    const { ended } = await scheduler.reaches(order.orderId, 'closed', 30_000);
    expect(ended).toMatchObject({ end: 'platform_fault', meteredSeconds: 0n, segments: [] });
    expect(ended?.detail).toBe('the container did not start in time');
  });
});
