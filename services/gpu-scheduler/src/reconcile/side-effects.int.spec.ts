import { aScheduler, type SchedulerFixture, type SchedulerLife } from '../test/scheduler.fixture';
import { FaultyClient, type PlannedFault } from '../test/faulty-client';

jest.setTimeout(60_000);

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
/** Create, companions, admit, anchor, delete: the calls of a session that change the cluster. */
const CALLS = 5;

describe('a fault at each side effect', () => {
  let scheduler: SchedulerFixture;
  let life: SchedulerLife;
  const faulty = new FaultyClient();

  beforeAll(async () => {
    scheduler = await aScheduler({ behaviours: [{ labels: {}, behaviour: { runSeconds: 2_000 } }] });
    life = await scheduler.begin((client) => faulty.wrap(client));
  });

  afterAll(async () => {
    await life.end();
    await scheduler.end();
  });

  const FAULTS: readonly PlannedFault[] = Array.from({ length: CALLS }, (_, index) => index + 1).flatMap(
    (call): PlannedFault[] => [
      { call, when: 'before' },
      { call, when: 'after' },
    ],
  );

  test.each(FAULTS)('$when call $call changes nothing in the result', async (fault) => {
    const orderId = `fault-${fault.when}-${String(fault.call)}`;
    faulty.plan(`session-${orderId}`, fault);
    await life.place({ orderId });
    const { ended } = await scheduler.reaches(orderId, 'closed');
    expect(faulty.struck).toContain(`session-${orderId}`);
    expect(ended).toMatchObject({ end: 'succeeded', meteredSeconds: 2_000n });
    expect((await scheduler.told(orderId)).map(({ sessionVersion }) => sessionVersion)).toEqual([
      1n,
      2n,
      3n,
      4n,
    ]);
    expect(await scheduler.client.jobs.find(`session-${orderId}`)).toBeNull();
  });

  test('the Job carries the trace of its order', async () => {
    scheduler.simulator.behave({ labels: {}, behaviour: {} });
    const { orderId } = await life.place({ durationSeconds: 86_400n }, TRACE);
    await scheduler.reaches(orderId, 'running');
    const job = await scheduler.client.jobs.find(`session-${orderId}`);
    expect(job?.annotations['kuda.ai/traceparent']).toBe(TRACE);
    await life.stopOrder(orderId);
    await scheduler.reaches(orderId, 'closed');
  });

  test('a Job of another maker under our name is neither adopted nor deleted', async () => {
    const orderId = 'taken-name';
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'other', image: 'x' }] } };
    const metadata = { name: `session-${orderId}`, namespace: 'gpu-sessions' };
    const foreign = await scheduler.client.jobs.create({
      job: { metadata, spec: { suspend: true, template } },
    });
    await life.place({ orderId });
    const { ended, job } = await scheduler.reaches(orderId, 'closed');
    expect(ended).toMatchObject({ end: 'platform_fault', meteredSeconds: 0n });
    expect(job).toBeNull();
    expect((await scheduler.client.jobs.find(foreign.name))?.uid).toBe(foreign.uid);
  });
});
