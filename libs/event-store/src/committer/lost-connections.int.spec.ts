import type { Outcome, SqlPool } from '../ports';
import { readEntries } from '../readers/entries';
import { loadStreamState, storedOffsets } from '../readers/states';
import { anAdd } from '../test/counter-policy';
import { openTestLog, type TestLog } from '../test/test-log';

const ALL = { after: 0n, limit: 1_000 };

function statuses(outcomes: readonly Outcome[]): readonly string[] {
  return outcomes.map(({ status }) => status);
}

async function commandIds(log: TestLog): Promise<readonly string[]> {
  return (await readEntries(log.app, ALL)).map((entry) => entry.commandId);
}

/** A pool whose first appends lose their connection, before or after the commit. */
function losingConnections(pool: SqlPool, when: 'before' | 'after', times: number): SqlPool {
  let left = times;
  const lost = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  return {
    ...pool,
    query: async <Row extends object>(text: string, values?: readonly unknown[]) => {
      const loses = text.includes('append_batch') && left > 0;
      if (loses) left -= 1;
      if (loses && when === 'before') throw lost;
      const result = await pool.query<Row>(text, values);
      if (loses) throw lost;
      return result;
    },
  };
}

describe('a committer whose connections are lost', () => {
  let log: TestLog;
  beforeEach(async () => {
    log = await openTestLog();
  });
  afterEach(() => log.close());

  test.each(['before', 'after'] as const)(
    'a connection lost %s the commit changes nothing for the caller',
    async (when) => {
      const pool = losingConnections(log.app, when, 2);
      const committer = await log.committer({ pool });
      const outcomes = await committer.submit([
        anAdd('a', { dueAtUs: 900n }),
        anAdd('b'),
        anAdd('a', { dueAtUs: 900n }),
        anAdd('c', { stream: 's2', input: { topic: 'in.v1', partition: 0, offset: 3n } }),
      ]);
      expect(statuses(outcomes)).toEqual(['recorded', 'recorded', 'repeated', 'recorded']);
      expect(await commandIds(log)).toEqual(['a', 'due/counter-1/900/1', 'b', 'c']);
      expect(statuses(await committer.submit([anAdd('a', { dueAtUs: 900n }), anAdd('d')]))).toEqual([
        'repeated',
        'recorded',
      ]);
      expect((await loadStreamState(log.app, 'counter-1'))?.state.toString()).toBe('4');
    },
  );

  test('when the database stays away, everything queued fails together and can be repeated', async () => {
    const pool = losingConnections(log.app, 'after', 1);
    const committer = await log.committer({ pool, attempts: 1 });
    const at = (offset: bigint) => ({ input: { topic: 'in.v1', partition: 0, offset } });
    const many = Array.from({ length: 600 }, (_, index) => anAdd(`a${String(index)}`, at(BigInt(index))));
    await expect(committer.submit(many)).rejects.toMatchObject({
      name: 'TransientError',
      code: 'KUDA-LOG-1005',
    });
    expect(await storedOffsets(log.app).nextOffset('in.v1', 0)).toBe(512n);
    expect(new Set(statuses(await committer.submit(many)))).toEqual(new Set(['recorded']));
    expect((await loadStreamState(log.app, 'counter-1'))?.state.toString()).toBe('600');
    expect(log.fatal).toEqual([]);
  });
});
