import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOPICS } from '@kuda/contracts';
import { SHIPPED_RULE_SETS, type RuleSetSource } from '@kuda/rules';
import { eventually } from '@kuda/testing';
import { RUNTIME } from '../app.module';
import type { LedgerRuntime } from '../ledger.runtime';
import { acceptedBytes } from '../test/accepted-event';
import { startRunningService, type RunningService } from '../test/running-service';

const START_LIMIT_MS = 90_000;
const PATIENCE = { timeoutMs: 30_000, everyMs: 100 };
const MINUTE_MS = 60_000;
const DAYS = 3;

jest.setTimeout(START_LIMIT_MS);

/** What `login.daily` does, with another amount. */
function daily(amount: string): object {
  const set = JSON.parse(readFileSync(join(SHIPPED_RULE_SETS, '2026-01.json'), 'utf8')) as RuleSetSource;
  const rule = set.rules.find(({ id }) => id === 'login.daily');
  if (rule === undefined) throw new Error('the shipped rules have no login.daily');
  const { mode: _mode, from: _from, to: _to, examples: _examples, ...content } = rule;
  return { ...content, amount };
}

function inMinutes(minutes: number): string {
  return new Date(Date.now() + minutes * MINUTE_MS).toISOString();
}

describe('the rule book of a running ledger', () => {
  let running: RunningService;

  beforeAll(async () => {
    running = await startRunningService();
    const logins = Array.from({ length: DAYS }, (_, day) => ({
      topic: TOPICS.activityAccepted.name,
      key: 'ada',
      value: acceptedBytes({
        id: `login-${String(day)}`,
        type: 'session.login',
        timeUs: BigInt(Date.UTC(2026, 0, day + 1)) * 1000n,
      }),
      headers: {},
    }));
    await running.bus.publisher.publish(logins);
    await eventually(async () => {
      const { body } = await running.get('/v1/reports/decisions', 'reports:read');
      expect(body['points']).toBe(DAYS * 2);
    }, PATIENCE);
  });

  afterAll(() => running.stop());

  const as = (subject: string) => ({
    post: (url: string, body: object) =>
      running.call({
        method: 'POST',
        url,
        subject,
        scopes: ['rules:read', 'rules:write', 'rules:publish'],
        body,
      }),
  });
  const write = async (amount: string, subject = 'ann'): Promise<string> =>
    String((await as(subject).post('/v1/rules/versions', daily(amount))).body['hash']);

  /** The hash of a back-test of these versions. */
  async function backtest(versions: readonly string[]): Promise<string> {
    expect((await as('ann').post('/v1/backtests', { versions })).status).toBe(202);
    return eventually(async () => {
      const { body } = await running.get('/v1/backtests/latest', 'rules:read');
      return body['status'] === 'done' ? String(body['hash']) : false;
    }, PATIENCE);
  }

  it('refuses a version that does not compile, with the place', async () => {
    const { status, body } = await as('ann').post('/v1/rules/versions', daily('data.nope +'));
    expect({ status, code: body['code'] }).toEqual({ status: 422, code: 'KUDA-LEDGER-4101' });
    expect(body['errors']).toMatchObject([{ pointer: '/amount' }]);
  });

  it('tries a version on the stored log, user by user', async () => {
    const version = await write('5');
    const hash = await backtest([version]);
    const { body } = await running.get(`/v1/backtests/${hash}`, 'rules:read');
    expect(body).toMatchObject({
      versions: [version],
      requested_by: 'ann',
      report: {
        report: { points: DAYS * 5, by_user: { ada: DAYS * 5 } },
        comparison: {
          points: { before: DAYS * 2, after: DAYS * 5 },
          differences: [{ user: 'ada', before: DAYS * 2, after: DAYS * 5 }],
        },
      },
    });
  });

  it('publishes with a back-test, by a second person, with notice; and shows both versions', async () => {
    const version = await write('4');
    const url = `/v1/rules/versions/${version}:publish`;
    const asked = { effective_from: inMinutes(20), reason: 'more for coming back' };
    const none = { ...asked, backtest_hash: '0'.repeat(64) };
    expect((await as('bob').post(url, none)).body['code']).toBe('KUDA-LEDGER-4106');
    const tested = { ...asked, backtest_hash: await backtest([version]) };
    expect((await as('ann').post(url, tested)).body['code']).toBe('KUDA-LEDGER-4105');
    const soon = { ...tested, effective_from: inMinutes(10) };
    expect((await as('bob').post(url, soon)).body['code']).toBe('KUDA-LEDGER-4104');
    expect((await as('bob').post(url, tested)).body).toMatchObject({ state: 'live', author: 'ann' });
    expect((await as('bob').post(url, tested)).status).toBe(200);
    const { body } = await running.get('/v1/rules', 'rules:read');
    const dailies = (body['rules'] as { rule: string; hash: string; to: string | null }[]).filter(
      ({ rule }) => rule === 'login.daily',
    );
    expect(dailies.map(({ to }) => to)).toEqual([new Date(asked.effective_from).toISOString(), null]);
    expect(dailies[1]?.hash).toBe(version);
  });

  it('lets a version compute in shadow, and shows how it differs', async () => {
    const version = await write('7');
    const body = { effective_from: inMinutes(20), reason: 'a trial' };
    expect((await as('ann').post(`/v1/rules/versions/${version}:shadow`, body)).status).toBe(200);
    const answer = await running.get(`/v1/rules/versions/${version}/divergence`, 'rules:read');
    expect(answer).toMatchObject({ status: 200, body: { rule: 'login.daily', events: '0', would_pay: '0' } });
  });

  it('keeps versions, steps and back-tests for ever: nobody changes or removes one', async () => {
    const { shards } = running.service.app.get<LedgerRuntime>(RUNTIME);
    const { pool } = shards.at(0);
    for (const table of ['rule_version', 'rule_step', 'backtest_report']) {
      for (const change of [
        `update ${table} set hash = hash`,
        `delete from ${table}`,
        `truncate ${table} cascade`,
      ]) {
        await expect(pool.query(change)).rejects.toThrow(/permission denied|KUDA-LOG-1015/);
      }
    }
  });
});
