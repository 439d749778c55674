import { testDatabase } from '@kuda/testing';
import { createCommitter, type CommitterOptions } from '../committer/create-committer';
import type { LogCommitter } from '../committer/log-committer';
import type { SqlPool } from '../ports';
import { LogSchema1760000000000 } from '../schema/install-log';
import { runMigrations } from '../schema/run-migrations';
import { createPool } from '../sql/pool';
import { counterPolicy, type CounterCommand, type CounterState } from './counter-policy';
import { ManualClock } from './manual-clock';

/** A database of its own for each test takes a while on a busy machine. */
const LOG_TEST_LIMIT_MS = 60_000;
jest.setTimeout(LOG_TEST_LIMIT_MS);

type Options = CommitterOptions<CounterCommand, CounterState, null>;

/** A log of its own in a real PostgreSQL. */
export interface TestLog {
  readonly ownerUrl: string;
  readonly appUrl: string;
  /** Connects as the service's role. */
  readonly app: SqlPool;
  /** Connects as the owner of the schema. */
  readonly owner: SqlPool;
  readonly clock: ManualClock;
  readonly fatal: Error[];
  /** A started committer of the toy ledger; stopped by `close`. */
  committer(overrides?: Partial<Options>): Promise<LogCommitter<CounterCommand>>;
  close(): Promise<void>;
}

/** Creates a database with an empty log; `partitionEntries` makes its partitions small. */
export async function openTestLog(options: { readonly partitionEntries?: bigint } = {}): Promise<TestLog> {
  const { partitionEntries } = options;
  const database = await testDatabase();
  const appRole = decodeURIComponent(new URL(database.appUrl).username);
  await runMigrations({
    migrationUrl: database.ownerUrl,
    appRole,
    migrations: [LogSchema1760000000000],
    ...(partitionEntries === undefined ? {} : { logPartitionEntries: partitionEntries }),
  });
  const app = createPool(database.appUrl, { applicationName: 'test-app', max: 6 });
  const owner = createPool(database.ownerUrl, { applicationName: 'test-owner', max: 2 });
  const clock = new ManualClock();
  const fatal: Error[] = [];
  const started: LogCommitter<CounterCommand>[] = [];
  return {
    ownerUrl: database.ownerUrl,
    appUrl: database.appUrl,
    app,
    owner,
    clock,
    fatal,
    committer: async (overrides = {}) => {
      const onFatal = (error: Error): void => void fatal.push(error);
      const committer = createCommitter({
        ...{ pool: app, policy: counterPolicy(), clock, owner: 'test', onFatal },
        ...overrides,
      });
      await committer.start();
      started.push(committer);
      return committer;
    },
    close: async () => {
      await Promise.all(started.map((committer) => committer.stop()));
      await Promise.all([app.end(), owner.end()]);
      await database.drop();
    },
  };
}
