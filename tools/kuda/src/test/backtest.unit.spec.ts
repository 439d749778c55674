import { existsSync, readFileSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SHIPPED_RULE_SETS } from '@kuda/rules';
import { EXIT } from '../exit-code';
import { run } from '../program';
import { recordingIo } from './recording-io';

const DATA = join(__dirname, '../../../../../shared/data');
const RULES = join(SHIPPED_RULE_SETS, '2026-01.json');

/** Whole streams are decided; a machine that runs everything at once is slow. */
jest.setTimeout(60_000);

async function backtest(...more: string[]): Promise<Record<string, unknown>> {
  const io = recordingIo();
  const exitCode = await run(['rules', 'backtest', '--rules', RULES, '--json', ...more], io);
  expect(io.errors.join('\n')).toBe('');
  expect(exitCode).toBe(EXIT.ok);
  return JSON.parse(io.output.join('\n')) as Record<string, unknown>;
}

describe('kuda rules backtest', () => {
  for (const name of ['activity-events', 'activity-events-dirty', 'activity-all-rules']) {
    const events = join(DATA, `${name}.jsonl.gz`);
    (existsSync(events) ? it : it.skip)(
      `gives what is expected of ${name} (needs ../shared/data)`,
      async () => {
        const expected = JSON.parse(readFileSync(join(DATA, `${name}.expect.json`), 'utf8')) as object;
        const report = await backtest('--events', events);
        // `lines` counts the file's lines; the report says them as events and rejected.
        const { lines: _, ...facts } = expected as { lines?: number };
        expect(report).toMatchObject(facts);
        for (const key of ['by_rule', 'outcomes', 'by_user', 'rejected'] as const) {
          expect(report[key]).toEqual((expected as Record<string, unknown>)[key]);
        }
      },
    );
  }

  const recorded = join(DATA, 'activity-events.jsonl.gz');
  (existsSync(recorded) ? it : it.skip)(
    'runs a version in shadow for the whole recorded stream without changing one balance (needs ../shared/data)',
    async () => {
      const set = JSON.parse(readFileSync(RULES, 'utf8')) as {
        rules: { id: string; mode: string; amount: string }[];
      };
      const daily = set.rules.find(({ id }) => id === 'login.daily');
      if (daily === undefined) throw new Error('the shipped rules have no login.daily');
      const shadowed = {
        ...set,
        rules: [...set.rules, { ...daily, mode: 'shadow', amount: '3', examples: [] }],
      };
      const folder = mkdtempSync(join(tmpdir(), 'kuda-shadow-'));
      const file = join(folder, 'shadow.json');
      writeFileSync(file, JSON.stringify(shadowed));
      const [live, beside] = [
        await backtest('--events', recorded),
        await backtest('--events', recorded, '--rules', file),
      ];
      rmSync(folder, { recursive: true });
      for (const key of ['by_user', 'by_rule', 'outcomes', 'points'] as const)
        expect(beside[key]).toEqual(live[key]);
      const paid = (live['by_rule'] as Record<string, number>)['login.daily'] ?? 0;
      // A point more each time; the daily cap has room for it on every day of this stream but where it says otherwise.
      const shadow = (beside['shadow'] as Record<string, { would_pay: number; decisions: number }>)[
        'login.daily'
      ];
      expect(shadow?.would_pay).toBeGreaterThan(paid);
      expect(shadow?.would_pay).toBeLessThanOrEqual((paid / 2) * 3);
    },
  );

  describe('of a file of its own', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kuda-backtest-'));
    const events = join(folder, 'events.jsonl');
    const login = (id: string, subject: string, time: string) =>
      JSON.stringify({
        specversion: '1.0',
        id,
        source: '/test',
        type: 'ai.kuda.session.login.v1',
        subject,
        time,
        data: {},
      });
    writeFileSync(
      events,
      [
        login('1', 'ann', '2026-01-31T23:00:00Z'),
        login('2', 'ann', '2026-02-02T10:00:00Z'),
        login('1', 'ann', '2026-02-03T10:00:00Z'),
        '{"id":',
        login('3', 'bob', '2026-02-02T10:00:00Z'),
        '',
      ].join('\n'),
    );
    afterAll(() => {
      rmSync(folder, { recursive: true });
    });

    it('counts months in the calendar of the rule set, repeats and faults apart', async () => {
      const report = await backtest('--events', events, '--gpu-hour-points', '2');
      expect(report).toMatchObject({
        events: 3,
        points: 6,
        rejected: { duplicates: 1, malformed_json: 1 },
        by_user: { ann: 4, bob: 2 },
        liability: { by_month: { '2026-02': { points: 6, gpu_hours: 3 } } },
      });
    });

    it('compares with another rule set, user by user', async () => {
      const other = join(folder, 'other.json');
      writeFileSync(other, readFileSync(RULES, 'utf8').replace('"amount": "2"', '"amount": "3"'));
      const report = await backtest('--events', events, '--against', other);
      expect(report['comparison']).toMatchObject({
        points: { before: 9, after: 6 },
        users_losing: 2,
        differences: [
          { user: 'ann', before: 6, after: 4 },
          { user: 'bob', before: 3, after: 2 },
        ],
      });
    });

    it('says what is wrong with a file it cannot read', async () => {
      const io = recordingIo();
      const exitCode = await run(
        ['rules', 'backtest', '--rules', RULES, '--events', join(folder, 'no.jsonl')],
        io,
      );
      expect(exitCode).toBe(EXIT.usage);
      expect(io.errors.join('\n')).toContain('no.jsonl');
    });
  });
});
