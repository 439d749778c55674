import { TOPICS } from '@kuda/contracts';
import { eventually } from '@kuda/testing';
import { acceptedBytes } from '../test/accepted-event';
import { startRunningService, type RunningService } from '../test/running-service';

const EVENTS = 30;
const PATIENCE = { timeoutMs: 60_000, everyMs: 100 };

jest.setTimeout(120_000);

interface Listed {
  readonly name: string;
  readonly version: number;
  readonly position: string;
  readonly last_rebuild: { readonly phase: string; readonly report: { readonly equal: boolean } } | null;
}

describe('projections over HTTP', () => {
  let running: RunningService;
  beforeAll(async () => {
    running = await startRunningService();
    const timeUs = BigInt(Date.now()) * 1000n;
    await running.bus.publisher.publish(
      Array.from({ length: EVENTS }, (_, index) => ({
        topic: TOPICS.activityAccepted.name,
        key: `u${String(index)}`,
        value: acceptedBytes({
          id: `e${String(index)}`,
          type: 'session.login',
          subject: `u${String(index)}`,
          timeUs,
        }),
        headers: {},
      })),
    );
  });
  afterAll(() => running.stop());

  async function listed(name: string): Promise<Listed | undefined> {
    const { body } = await running.get('/v1/projections', 'reports:read');
    return (body['items'] as readonly Listed[]).find((item) => item.name === name);
  }

  const post = (path: string, body: object) =>
    running.call({
      ...{ method: 'POST', url: `/v1/projections/${path}`, subject: 'operator-1' },
      ...{ scopes: ['projections:write'], body },
    });

  it('are rebuilt, gone back from and dropped', async () => {
    await eventually(
      async () => expect(await listed('balances')).toMatchObject({ version: 1, position: String(EVENTS) }),
      PATIENCE,
    );
    const begun = await post('balances/rebuild', {});
    expect(begun).toMatchObject({
      status: 202,
      body: { name: 'balances', shards: [{ shard: 0, version: 2 }] },
    });
    await eventually(async () => {
      const state = await listed('balances');
      expect(state).toMatchObject({
        version: 2,
        last_rebuild: { phase: 'swapped', report: { equal: true } },
      });
    }, PATIENCE);
    expect(await post('balances/rollback', {})).toMatchObject({
      body: { shards: [{ shard: 0, version: 1 }] },
    });
    expect(await post('balances/drop', { version: 1 })).toMatchObject({
      status: 404,
      body: { code: 'KUDA-LEDGER-3010' },
    });
    expect(await post('balances/drop', { version: 2 })).toMatchObject({ status: 200 });
    expect(await post('nothing/rebuild', {})).toMatchObject({
      status: 404,
      body: { code: 'KUDA-LEDGER-3010' },
    });
  });

  it('answer the reports', async () => {
    const least = `min_position=${String(EVENTS)}`;
    const liability = await running.get(`/v1/reports/liability?${least}`, 'reports:read');
    // Thirty logins at 2 points: 60 points are 4 hours at 15.
    expect(liability.body).toMatchObject({ a100_hours: '4.000', position: String(EVENTS) });
    const flows = await running.get(
      `/v1/reports/flows?from=2020-01-01&to=2100-01-01&${least}`,
      'reports:read',
    );
    expect(flows.body['items']).toMatchObject([{ flow: 'issued', rule: 'login.daily', amount: '60000' }]);
    const board = await running.get('/v1/leaderboards/influence', 'ledger:read');
    expect(board).toMatchObject({ status: 200, body: { items: [], next: null } });
  });
});
