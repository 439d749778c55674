import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SHIPPED_RULE_SETS } from '@kuda/rules';
import { EXIT } from '../exit-code';
import { run } from '../program';
import { recordingIo } from './recording-io';

const RULES = join(SHIPPED_RULE_SETS, '2026-01.json');

/** A machine that runs everything at once is slow. */
jest.setTimeout(30_000);

describe('kuda rules', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kuda-rules-'));
  const shipped = readFileSync(RULES, 'utf8');
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const broken = file('broken.json', shipped.replace('"amount": "2"', '"amount": "data.nope"'));
  const generous = file('generous.json', shipped.replace('"amount": "2"', '"amount": "3"'));

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  async function rules(...argv: string[]) {
    const io = recordingIo();
    const exitCode = await run(['rules', ...argv], io);
    return { exitCode, output: io.output.join('\n'), errors: io.errors.join('\n') };
  }

  it('lint names file, line and column, and refuses what would not load', async () => {
    expect(await rules('lint', RULES)).toMatchObject({ exitCode: EXIT.ok });
    const line = shipped.slice(0, shipped.indexOf('"amount": "2"')).split('\n').length;
    const refused = await rules('lint', broken);
    expect(refused.exitCode).toBe(EXIT.refused);
    expect(refused.output).toContain(`${broken}:${String(line)}:`);
    expect(refused.output).toContain('/rules/0/amount');
  });

  it('test runs the examples and names those that no longer hold', async () => {
    expect(await rules('test', RULES)).toMatchObject({ exitCode: EXIT.ok });
    const failed = await rules('test', generous);
    expect(failed.exitCode).toBe(EXIT.refused);
    expect(failed.output).toMatch(/login\.daily: .*\n {2}expected awarded 2\n {2}got {6}awarded 3/);
  });

  it('diff says what changes in meaning only', async () => {
    const respaced = file('respaced.json', JSON.stringify(JSON.parse(shipped)));
    expect((await rules('diff', RULES, respaced)).output).toBe('They say the same.');
    expect((await rules('diff', RULES, generous)).output).toContain('~ login.daily\n  /amount: "2" → "3"');
  });

  it('explain says what was paid, what was not, how near it was, and when a cap is free again', async () => {
    const event = (id: string, type: string, data: object, time: string): string => {
      const named = { specversion: '1.0', id, source: '/test', type: `ai.kuda.${type}.v1`, subject: 'ann' };
      return JSON.stringify({ ...named, time, data });
    };
    const events = file(
      'events.jsonl',
      [
        event('1', 'session.login', {}, '2026-03-01T10:00:00Z'),
        event('2', 'session.login', {}, '2026-03-01T11:00:00Z'),
        event(
          '3',
          'training.run.reported',
          { project_id: 'p', profiled_steps: 100, input_bound_percent: 9 },
          '2026-03-01T12:00:00Z',
        ),
      ].join('\n'),
    );
    const { output } = await rules('explain', '--rules', RULES, '--events', events, '--user', 'ann');
    expect(output).toContain('login.daily paid 2 points.');
    expect(output).toContain('free again from 2026-03-02 00:00:00 Asia/Shanghai');
    expect(output).toMatch(/perf\.input_pipeline does not apply: input.bound 9 %, .*5 %/);
    const nobody = await rules('explain', '--rules', RULES, '--events', events, '--user', 'zoe');
    expect(nobody).toMatchObject({ exitCode: EXIT.refused });
  });
});
