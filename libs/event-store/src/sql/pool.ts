import { Pool, types, type PoolClient, type PoolConfig } from 'pg';
import type { SqlClient, SqlPool } from '../ports';
import { preparedName } from './prepared';

/** A pool's connections unless told otherwise. */
export const DEFAULT_POOL_SIZE = 4;
/** A statement that takes longer is aborted by the server. */
export const STATEMENT_TIMEOUT_MS = 30_000;
/** How long to wait for a connection, new or free. */
export const CONNECT_TIMEOUT_MS = 5_000;

export interface PoolOptions {
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly max?: number;
  /** The schema in which names are looked up; the database's own default without it. */
  readonly searchPath?: string;
  /** Errors of idle connections; the pool replaces them by itself. */
  readonly onIdleError?: (error: Error) => void;
}

const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/** Connection options that look names up in this schema. @throws Error for what is no schema name */
export function searchPathOptions(
  searchPath: string | undefined,
  ...more: readonly string[]
): { readonly options?: string } {
  if (searchPath !== undefined && !SCHEMA_NAME.test(searchPath))
    throw new Error(`not a schema name: ${searchPath}`);
  const settings = [...more, ...(searchPath === undefined ? [] : [`-c search_path=${searchPath}`])];
  return settings.length === 0 ? {} : { options: settings.join(' ') };
}

/** 64-bit integers arrive as bigint: in this pool only, not process-wide. */
const bigintTypes: NonNullable<PoolConfig['types']> = {
  getTypeParser: (oid, format) => {
    if (format !== 'binary' && oid === types.builtins.INT8) return (text: string) => BigInt(text);
    return types.getTypeParser(oid, format) as unknown;
  },
};

function clientOf(client: Pool | PoolClient): SqlClient {
  return {
    query: async <Row extends object>(text: string, values?: readonly unknown[]) => {
      const name = preparedName(text);
      const result = await client.query<Row & Record<string, unknown>>({
        text,
        values: values === undefined ? [] : [...values],
        ...(name === undefined ? {} : { name }),
      });
      return { rows: result.rows };
    },
  };
}

async function inTransaction<T>(pool: Pool, work: (tx: SqlClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  const onLost = (): void => {
    broken = true; // The query under way reports it; without a listener it would end the process.
  };
  client.on('error', onLost);
  try {
    await client.query('begin');
    const result = await work(clientOf(client));
    await client.query('commit');
    return result;
  } catch (error) {
    // A connection that cannot roll back is lost: the server rolls back for it, the pool opens another one.
    await client.query('rollback').catch(() => (broken = true));
    throw error;
  } finally {
    client.off('error', onLost);
    client.release(broken);
  }
}

/** Opens a pool of connections to one database; `end()` closes it. */
export function createPool(url: string, options: PoolOptions): SqlPool {
  const pool = new Pool({
    connectionString: url,
    application_name: options.applicationName,
    max: options.max ?? DEFAULT_POOL_SIZE,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    types: bigintTypes,
    ...searchPathOptions(options.searchPath),
  });
  // Without a listener the loss of an idle connection would end the process.
  pool.on('error', (error) => options.onIdleError?.(error));
  return { ...clientOf(pool), transaction: (work) => inTransaction(pool, work), end: () => pool.end() };
}
