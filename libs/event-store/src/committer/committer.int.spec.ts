import { eventually } from '@kuda/testing';
import { LogFencedError } from '../errors';
import type { Outcome } from '../ports';
import { firstOutcome, readEntries } from '../readers/entries';
import { loadStreamState, readHead } from '../readers/states';
import { anAdd, counterPolicy, envelope } from '../test/counter-policy';
import { openTestLog, type TestLog } from '../test/test-log';
import { DueTicker } from './due-ticker';

const ALL = { after: 0n, limit: 1_000 };

function statuses(outcomes: readonly Outcome[]): readonly string[] {
  return outcomes.map(({ status }) => status);
}

async function commandIds(log: TestLog): Promise<readonly string[]> {
  return (await readEntries(log.app, ALL)).map((entry) => entry.commandId);
}

describe('the committer on a real log', () => {
  let log: TestLog;
  beforeEach(async () => {
    log = await openTestLog();
  });
  afterEach(() => log.close());

  test('a committer whose epoch is gone is fenced, writes nothing and says so once', async () => {
    const old = await log.committer();
    await old.submit([anAdd('a')]);
    const young = await log.committer();
    await expect(old.submit([anAdd('b')])).rejects.toBeInstanceOf(LogFencedError);
    await expect(old.submit([anAdd('c')])).rejects.toMatchObject({
      name: 'FencedError',
      code: 'KUDA-LOG-1001',
    });
    expect(log.fatal).toHaveLength(1);
    await young.submit([anAdd('d')]);
    expect(await commandIds(log)).toEqual(['a', 'd']);
  });

  test('a repeated command gets the first outcome, also a refusal; other content is a conflict', async () => {
    const committer = await log.committer();
    const [first] = await committer.submit([anAdd('a', { amount: -1n })]);
    expect(first).toMatchObject({ status: 'recorded', entry: { kind: 'Refused' } });
    await committer.submit([anAdd('b', { amount: 5n })]);
    const again = await committer.submit([anAdd('a', { amount: -1n }), anAdd('a', { amount: 3n })]);
    expect(statuses(again)).toEqual(['repeated', 'conflict']);
    expect(again.map((outcome) => outcome.status !== 'faulted' && outcome.entry.position)).toEqual([1n, 1n]);
    expect((await readHead(log.app)).position).toBe(2n);
  });

  test('a restarted committer knows the outcomes of its predecessor', async () => {
    const first = await log.committer();
    await first.submit([anAdd('a', { amount: 5n })]);
    await first.stop();
    const second = await log.committer();
    const outcomes = await second.submit([anAdd('a', { amount: 5n }), anAdd('b', { amount: 2n })]);
    expect(statuses(outcomes)).toEqual(['repeated', 'recorded']);
    expect((await loadStreamState(log.app, 'counter-1'))?.state.toString()).toBe('7');
  });

  test('the same id twice in one batch is one entry', async () => {
    const committer = await log.committer();
    const outcomes = await committer.submit([anAdd('a'), anAdd('a'), anAdd('a', { amount: 2n }), anAdd('b')]);
    expect(statuses(outcomes)).toEqual(['recorded', 'repeated', 'conflict', 'recorded']);
    expect(await commandIds(log)).toEqual(['a', 'b']);
  });

  test('a repeat may become another command; a redelivery may not', async () => {
    const policy = counterPolicy({
      onRepeat: (command) => {
        const { input } = command;
        const id = `origin/${String(input?.offset)}`;
        return command.commandId === id ? null : { ...anAdd(id, { stream: null, text: 'duplicate' }), input };
      },
    });
    const at = (offset: bigint) => ({ input: { topic: 'in.v1', partition: 0, offset } });
    const committer = await log.committer({ policy });
    const batch = [anAdd('a', at(0n)), anAdd('a', at(1n)), anAdd('b', at(2n)), anAdd('b', at(3n))];
    expect(statuses(await committer.submit(batch))).toEqual(['recorded', 'recorded', 'recorded', 'recorded']);
    expect(statuses(await committer.submit([anAdd('a', at(4n))]))).toEqual(['recorded']);
    const expected = ['a', 'origin/1', 'b', 'origin/3', 'origin/4'];
    expect(await commandIds(log)).toEqual(expected);

    await committer.stop();
    const restarted = await log.committer({ policy });
    const again = await restarted.submit([...batch, anAdd('a', at(4n))]);
    expect(new Set(statuses(again))).toEqual(new Set(['repeated']));
    expect(await commandIds(log)).toEqual(expected);
  });

  test('a stale cache is noticed and the batch decided again', async () => {
    const redos: number[] = [];
    const committer = await log.committer({ onBatch: (report) => redos.push(report.redos) });
    await committer.submit([anAdd('a', { amount: 5n })]);
    await log.owner.query(`update stream_state set version = 7, state = '100'`);
    const [outcome] = await committer.submit([anAdd('b', { amount: 1n })]);
    expect(outcome).toMatchObject({ status: 'recorded', entry: { streamVersion: 8n } });
    expect((await loadStreamState(log.app, 'counter-1'))?.state.toString()).toBe('101');
    expect(redos).toEqual([0, 1]);
  });

  test('one command that cannot be stored is isolated; the rest of its batch goes on, in order', async () => {
    const committer = await log.committer();
    const batch = Array.from({ length: 40 }, (_, index) => anAdd(`c${String(index)}`, { amount: 1n }));
    const culprits = [
      anAdd('nul\0byte'),
      anAdd('x'.repeat(2_000)),
      envelope('bad', 'counter-1', { type: 'throw' }),
    ];
    const outcomes = await committer.submit([...batch.slice(0, 7), ...culprits, ...batch.slice(7)]);
    const faults = outcomes.flatMap((outcome, index) =>
      outcome.status === 'faulted' ? [[index, outcome.code]] : [],
    );
    expect(faults).toEqual([
      [7, 'KUDA-LOG-1003'],
      [8, 'KUDA-LOG-1003'],
      [9, 'KUDA-LOG-1004'],
    ]);
    expect(await commandIds(log)).toEqual(batch.map((command) => command.commandId));
    expect((await loadStreamState(log.app, 'counter-1'))?.state.toString()).toBe('40');
  });

  test('what is due on a stream comes before its next command, in ledger time', async () => {
    const committer = await log.committer();
    await committer.submit([anAdd('a', { dueAtUs: 2_000_000n }), anAdd('b', { dueAtUs: 3_000_000n })]);
    log.clock.set(2_500_000n);
    await committer.submit([anAdd('c')]);
    expect((await readEntries(log.app, ALL)).map((entry) => entry.kind)).toEqual([
      'Added',
      'Added',
      'Matured',
      'Added',
    ]);
    expect((await loadStreamState(log.app, 'counter-1'))?.dueAtUs).toBe(3_000_000n);
  });

  test('more due entries than one batch takes are all made before the command', async () => {
    const committer = await log.committer();
    const adds = Array.from({ length: 150 }, (_, index) =>
      anAdd(`a${String(index)}`, { dueAtUs: 2_000_000n + BigInt(index) }),
    );
    await committer.submit(adds);
    log.clock.set(9_000_000n);
    const [last] = await committer.submit([anAdd('last')]);
    expect(last).toMatchObject({
      status: 'recorded',
      entry: { position: 301n, payload: Buffer.from('301@301') },
    });
  });

  test('a due() that never ends faults its command instead of the log', async () => {
    const policy = counterPolicy({
      due: (streamId) => (streamId === 'stuck' ? envelope('due/stuck', streamId, { type: 'mature' }) : null),
    });
    const committer = await log.committer({ policy });
    const outcomes = await committer.submit([anAdd('a'), anAdd('b', { stream: 'stuck' }), anAdd('c')]);
    expect(statuses(outcomes)).toEqual(['recorded', 'faulted', 'recorded']);
    expect(outcomes[1]).toMatchObject({ code: 'KUDA-LOG-1008' });
  });

  test('the ticker gives idle streams what is due', async () => {
    const committer = await log.committer();
    await committer.submit([
      anAdd('a', { stream: 's1', dueAtUs: 2_000_000n }),
      anAdd('b', { stream: 's2', dueAtUs: 5_000_000n }),
    ]);
    const ticker = new DueTicker({
      sql: log.app,
      committer,
      clock: log.clock,
      onFatal: (error) => log.fatal.push(error),
    });
    ticker.start();
    log.clock.set(3_000_000n);
    await eventually(
      async () => {
        expect((await loadStreamState(log.app, 's1'))?.dueAtUs).toBeNull();
      },
      { timeoutMs: 5_000, everyMs: 20 },
    );
    await ticker.stop();
    expect((await loadStreamState(log.app, 's2'))?.version).toBe(1n);
    expect(log.fatal).toEqual([]);
  });

  test('rows beside the entries are written with them or not at all', async () => {
    await log.owner.query(`create table claim (command_id text primary key)`);
    await log.owner.query(`grant select, insert on claim to public`);
    const policy = counterPolicy({
      needsBeside: (entries) => entries.some((entry) => entry.commandId.startsWith('claim')),
      beside: async (tx, entries) => {
        for (const entry of entries) {
          await tx.query('insert into claim values ($1)', [entry.commandId.slice(0, 7)]);
        }
      },
    });
    const committer = await log.committer({ policy });
    expect(statuses(await committer.submit([anAdd('plain')]))).toEqual(['recorded']);
    const outcomes = await committer.submit([anAdd('claim-1'), anAdd('other'), anAdd('claim-1-again')]);
    expect(statuses(outcomes)).toEqual(['recorded', 'recorded', 'faulted']);
    const { rows } = await log.app.query('select command_id from claim order by 1');
    expect(rows).toEqual([{ command_id: 'claim-1' }, { command_id: 'other' }]);
    expect(await firstOutcome(log.app, 'claim-1-again')).toBeNull();
  });

  test('stop answers everything queued and refuses what comes after', async () => {
    const committer = await log.committer();
    const many = Array.from({ length: 1_500 }, (_, index) => anAdd(`a${String(index)}`));
    const answered = committer.submit(many);
    const stopped = committer.stop();
    await expect(committer.submit([anAdd('late')])).rejects.toMatchObject({ code: 'KUDA-LOG-1013' });
    await stopped;
    expect(new Set(statuses(await answered))).toEqual(new Set(['recorded']));
    expect((await readHead(log.app)).position).toBe(1_500n);
  });
});
