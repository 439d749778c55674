import { getPostgreSQLEventStore, type PostgresEventStore } from '@event-driven-io/emmett-postgresql';
import type { BenchPostgres } from '../../frame/servers';
import { peerPool } from './peer-pool';
import { preparedAll, type SystemUnderTest } from './system';
import type { Operation } from './workload';

interface Append {
  readonly stream: string;
  readonly event: { readonly type: string; readonly data: Operation & { readonly asset: string } };
}

/** Two that append to one stream at the same time collide; its users try again. */
const MAX_ATTEMPTS = 1_000;

async function appendWithRetries(store: PostgresEventStore, { stream, event }: Append): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await store.appendToStream(stream, [event]);
      return;
    } catch (error) {
      if (attempt >= MAX_ATTEMPTS || !(error instanceof Error && /expected version/i.test(error.message)))
        throw error;
    }
  }
}

/** emmett: one event appended a command. */
export function emmettSystem(postgres: BenchPostgres): SystemUnderTest<Append> {
  return {
    name: 'emmett-postgresql',
    note: 'no dedupe, rules, limits, lots, balances, hashes',
    start: async ({ database, connections }) => {
      const url = await postgres.peerDatabase(database);
      const pool = peerPool(url, connections);
      const store = getPostgreSQLEventStore(url, { connectionOptions: { pool } });
      await store.schema.migrate();
      return {
        prepare: preparedAll((operation) => ({
          stream: `account-${String(operation.account)}`,
          event: { type: operation.kind, data: { ...operation, asset: 'POINT' } },
        })),
        submit: (append) => appendWithRetries(store, append),
        audit: () => Promise.resolve([]),
        close: async () => {
          await store.close();
          await pool.end();
        },
      };
    },
  };
}
