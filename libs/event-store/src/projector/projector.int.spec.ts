import { eventually } from '@kuda/testing';
import { EntitySchema, EntitySchemaOptions, type EntityManager } from 'typeorm';
import type { LogCommitter } from '../committer/log-committer';
import type { SqlClient, StoredEntry } from '../ports';
import { bigintColumn, createReadModelSource } from '../schema/read-model-source';
import { grantReadModel } from '../schema/install-log';
import { runMigrations } from '../schema/run-migrations';
import { anAdd, type CounterCommand } from '../test/counter-policy';
import { openTestLog, type TestLog } from '../test/test-log';
import { projectionPosition } from './advance-projection';
import { sqlUnit, typeOrmUnit } from './projection-unit';
import { Projector } from './projector';

const KEY = { name: 'seen', version: 1 };
const PATIENCE = { timeoutMs: 10_000, everyMs: 20 };

class Seen1760000000001 {
  async up(runner: { query(sql: string): Promise<unknown> }): Promise<void> {
    await runner.query('create table seen (position bigint primary key, kind text not null)');
    await grantReadModel(runner, ['seen']);
  }

  down(): Promise<void> {
    return Promise.resolve();
  }
}

const shape = new EntitySchemaOptions<{ position: bigint; kind: string }>();
shape.name = 'seen';
shape.columns = {
  position: { type: 'bigint', primary: true, transformer: bigintColumn },
  kind: { type: 'text' },
};
const Seen = new EntitySchema(shape);

async function insert(tx: SqlClient, entries: readonly StoredEntry[]): Promise<void> {
  for (const entry of entries)
    await tx.query('insert into seen values ($1, $2)', [entry.position, entry.kind]);
}

describe('a projector on a real log', () => {
  let log: TestLog;
  let committer: LogCommitter<CounterCommand>;
  const onFatal = (error: Error): void => void log.fatal.push(error);

  beforeEach(async () => {
    log = await openTestLog();
    const appRole = new URL(log.appUrl).username;
    await runMigrations({ migrationUrl: log.ownerUrl, appRole, migrations: [Seen1760000000001] });
    committer = await log.committer();
  });
  afterEach(() => log.close());

  const append = (count: number): Promise<unknown> => {
    const from = committer.position;
    return committer.submit(
      Array.from({ length: count }, (_, index) => anAdd(`c${String(from + BigInt(index))}`)),
    );
  };

  async function seen(): Promise<readonly bigint[]> {
    const { rows } = await log.app.query<{ position: bigint }>('select position from seen order by position');
    return rows.map((row) => row.position);
  }

  test('applies every entry once, and readers can wait for their own write', async () => {
    const projector = new Projector({
      ...KEY,
      sql: log.app,
      unit: sqlUnit(log.app),
      apply: insert,
      signal: committer,
      onFatal,
    });
    projector.start();
    await append(620);
    expect(await projector.waitFor(620n, 10_000)).toBe(true);
    expect(await projector.waitFor(621n, 30)).toBe(false);
    expect(await seen()).toEqual(Array.from({ length: 620 }, (_, index) => BigInt(index + 1)));
    await projector.stop();
    await append(5);

    const restarted = new Projector({ ...KEY, sql: log.app, unit: sqlUnit(log.app), apply: insert, onFatal });
    restarted.start();
    expect(await restarted.waitFor(625n, 10_000)).toBe(true);
    await restarted.stop();
    expect((await seen()).length).toBe(625);
  });

  test('writes through TypeORM in the transaction of its checkpoint', async () => {
    const source = await createReadModelSource({
      url: log.appUrl,
      applicationName: 'orm',
      entities: [Seen],
    }).initialize();
    let failures = 2;
    const apply = async (tx: EntityManager, entries: readonly StoredEntry[]): Promise<void> => {
      await tx.insert(
        Seen,
        entries.map(({ position, kind }) => ({ position, kind })),
      );
      failures -= 1;
      if (failures >= 0) throw new Error('after the insert');
    };
    const projector = new Projector({ ...KEY, sql: log.app, unit: typeOrmUnit(source), apply, onFatal });
    projector.start();
    await append(3);
    expect(await projector.waitFor(3n, 10_000)).toBe(true);
    expect(await source.manager.find(Seen, { order: { position: 'asc' } })).toEqual([
      { position: 1n, kind: 'Added' },
      { position: 2n, kind: 'Added' },
      { position: 3n, kind: 'Added' },
    ]);
    await projector.stop();
    await source.destroy();
  });

  test('two projectors of one name never apply an entry twice', async () => {
    const made = [1, 2].map(
      () =>
        new Projector({
          ...KEY,
          sql: log.app,
          unit: sqlUnit(log.app),
          apply: insert,
          signal: committer,
          onFatal,
        }),
    );
    for (const projector of made) projector.start();
    for (let batch = 0; batch < 20; batch += 1) await append(10);
    for (const projector of made) expect(await projector.waitFor(200n, 10_000)).toBe(true);
    await Promise.all(made.map((projector) => projector.stop()));
    expect(await seen()).toHaveLength(200);
    expect(log.fatal).toEqual([]);
  });

  test('a gap is refused', async () => {
    await append(4);
    const holes: SqlClient = {
      query: async <Row extends object>(text: string, values?: readonly unknown[]) => {
        const { rows } = await log.app.query<Row>(text, values);
        return { rows: text.includes('from log_entry') ? rows.filter((_, index) => index !== 2) : rows };
      },
    };
    const projector = new Projector({ ...KEY, sql: holes, unit: sqlUnit(log.app), apply: insert, onFatal });
    projector.start();
    await eventually(() => {
      expect(projector.health().lastError).toContain('KUDA-LOG-1010');
    }, PATIENCE);
    await projector.stop();
    expect(await projectionPosition(log.app, KEY)).toBe(0n);
    expect(await seen()).toEqual([]);
  });
});
