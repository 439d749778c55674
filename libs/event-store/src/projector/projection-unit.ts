import type { DataSource, EntityManager } from 'typeorm';
import type { SqlClient, SqlPool } from '../ports';

/** One transaction in which a projection and its checkpoint change together. */
export interface ProjectionUnit<Tx> {
  run(work: (tx: Tx, sql: SqlClient) => Promise<void>): Promise<void>;
}

/**
 * A projection may lose its last transactions when PostgreSQL itself crashes: its checkpoint goes back with
 * it, and it applies them again. So it need not wait for the disk.
 */
const ASYNCHRONOUS = 'set local synchronous_commit = off';

/** Read models in plain SQL. */
export function sqlUnit(pool: SqlPool): ProjectionUnit<SqlClient> {
  return {
    run: (work) =>
      pool.transaction(async (tx) => {
        await tx.query(ASYNCHRONOUS);
        await work(tx, tx);
      }),
  };
}

/** Read models through TypeORM; `tx` is the transaction's EntityManager. */
export function typeOrmUnit(source: DataSource): ProjectionUnit<EntityManager> {
  return {
    run: (work) =>
      source.transaction(async (manager) => {
        const sql: SqlClient = {
          query: async <Row extends object>(text: string, values?: readonly unknown[]) => ({
            rows: await manager.query<Row[]>(text, [...(values ?? [])]),
          }),
        };
        await sql.query(ASYNCHRONOUS);
        await work(manager, sql);
      }),
  };
}
