import { createReadModelSource } from '@kuda/event-store';
import type { DataSource } from 'typeorm';
import { aScheduler, type SchedulerFixture, type SchedulerLife } from '../test/scheduler.fixture';
import { SessionEntity } from './session.entity';
import { SessionQuery } from './session.query';
import { sessionView, toSessionView } from './session.view';

jest.setTimeout(60_000);

describe('what readers see of sessions', () => {
  let scheduler: SchedulerFixture;
  let life: SchedulerLife;
  let source: DataSource;
  let query: SessionQuery;

  beforeAll(async () => {
    scheduler = await aScheduler();
    life = await scheduler.begin();
    source = await createReadModelSource({
      url: scheduler.databaseUrl,
      applicationName: 'reads',
      entities: [SessionEntity],
    }).initialize();
    query = new SessionQuery(source, life.machine.admitter);
  });

  afterAll(async () => {
    await source.destroy();
    await life.end();
    await scheduler.end();
  });

  test('a session from the queue to its end, in the shape of the interface', async () => {
    const first = await life.place({ gpuClass: 't4', gpuCount: 3, durationSeconds: 4_800n });
    await scheduler.reaches(first.orderId, 'running');
    const second = await life.place({ gpuClass: 't4', gpuCount: 2, durationSeconds: 600n });
    await scheduler.reaches(second.orderId, 'queued');
    const waiting = await query.find(second.orderId);
    if (waiting === null) throw new Error('not found');
    const view = sessionView.parse(toSessionView(waiting.record, waiting.admission));
    expect(view).toMatchObject({
      order_id: second.orderId,
      state: 'queued',
      place_in_queue: 1,
      purchased_seconds: '600',
      metered_seconds: null,
      started_at: null,
    });
    await scheduler.reaches(second.orderId, 'closed');
    const ended = await query.find(second.orderId);
    if (ended === null) throw new Error('not found');
    expect(sessionView.parse(toSessionView(ended.record, ended.admission))).toMatchObject({
      state: 'ended',
      place_in_queue: null,
      outcome: 'limit',
      metered_seconds: '600',
      job_name: `session-${second.orderId}`,
    });
  });

  test('a user’s sessions, newest first, page by page', async () => {
    const placed: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      placed.unshift((await life.place({ userId: 'pager', image: 'none' })).orderId);
    }
    const page = (before: Parameters<SessionQuery['page']>[0]['before']) =>
      query.page({ userId: 'pager', before, limit: 2 });
    const first = await page(null);
    expect(first.map(({ record }) => record.orderId)).toEqual(placed.slice(0, 2));
    const last = first[1]?.record;
    if (last === undefined) throw new Error('no second row');
    const second = await page({ placedAtUs: last.placedAtUs, orderId: last.orderId });
    expect(second.map(({ record }) => record.orderId)).toEqual(placed.slice(2));
    expect(await query.page({ userId: 'nobody', before: null, limit: 2 })).toEqual([]);
    expect(await query.find('unknown')).toBeNull();
  });
});
