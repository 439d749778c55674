import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client, DatabaseError } from 'pg';
import type { BenchPostgres } from '../../frame/servers';
import { peerPool } from './peer-pool';
import { preparedAll, type SystemUnderTest } from './system';
import type { Operation } from './workload';

/** The parts that its own install.sh runs, in its order; without the pgcrypto extension: PostgreSQL 18 has the function. */
const PARTS = [
  'schema/message-store',
  'tables/messages',
  'types/message',
  'functions/message-store-version',
  'functions/hash-64',
  'functions/acquire-lock',
  'functions/category',
  'functions/is-category',
  'functions/id',
  'functions/cardinal-id',
  'functions/stream-version',
  'functions/write-message',
  'indexes/messages-id',
  'indexes/messages-stream',
  'indexes/messages-category',
];
const UNIQUE_VIOLATION = '23505';

/** Arguments of `write_message`: id, stream, type, data. */
type WriteMessage = readonly [id: string, stream: string, type: string, data: string];

/** message-db: streams spread over `categories` categories, each of which it writes one message at a time. */
export function messageDbSystem(postgres: BenchPostgres, categories: number): SystemUnderTest<WriteMessage> {
  return {
    name: `message-db, ${String(categories)} ${categories === 1 ? 'category' : 'categories'}`,
    note: 'dedupe of ids; no rules, limits, lots, balances, hashes',
    start: async ({ database, connections }) => {
      const url = await postgres.peerDatabase(database);
      await install(url);
      const options = '-c search_path=message_store,public';
      const pool = peerPool(url, connections, { options });
      return {
        prepare: preparedAll((operation) => messageOf(operation, categories)),
        submit: async (values) => {
          try {
            await pool.query({
              name: 'write',
              text: 'select write_message($1, $2, $3, $4)',
              values: [...values],
            });
          } catch (error) {
            // The same id again: refused by its index.
            if (!(error instanceof DatabaseError && error.code === UNIQUE_VIOLATION)) throw error;
          }
        },
        audit: () => Promise.resolve([]),
        close: () => pool.end(),
      };
    },
  };
}

async function install(url: string): Promise<void> {
  const root = join(dirname(require.resolve('@eventide/message-db/package.json')), 'database');
  const client = new Client({ connectionString: url, options: '-c search_path=message_store,public' });
  await client.connect();
  try {
    for (const part of PARTS) await client.query(readFileSync(join(root, `${part}.sql`), 'utf8'));
  } finally {
    await client.end();
  }
}

function messageOf(operation: Operation, categories: number): WriteMessage {
  const { id, kind, account } = operation;
  const hex = createHash('md5').update(id).digest('hex');
  const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  const stream = `account${String(account % categories)}-${String(account)}`;
  return [uuid, stream, kind, JSON.stringify({ ...operation, asset: 'POINT' })];
}
