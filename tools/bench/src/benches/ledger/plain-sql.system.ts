import { createHash } from 'node:crypto';
import { Client, type Pool, type PoolClient } from 'pg';
import type { BenchPostgres } from '../../frame/servers';
import { peerPool } from './peer-pool';
import { preparedAll, type SystemUnderTest } from './system';
import type { Operation } from './workload';

const SCHEMA = `
create table account (
  id text primary key, available bigint not null check (available >= 0), held bigint not null check (held >= 0),
  version bigint not null
) with (fillfactor = 70);
create table command (id text primary key, fingerprint bytea not null, outcome text);
create table hold (id text primary key, account_id text not null, amount bigint not null, open boolean not null)
  with (fillfactor = 70);
create table entry (
  position bigint generated always as identity primary key, command_id text not null, account_id text not null,
  version bigint not null, kind text not null, amount bigint not null, available_after bigint not null,
  held_after bigint not null, recorded_at timestamptz not null default now()
);
create unique index entry_account on entry (account_id, version);
insert into account select 'user-' || n, 0, 0, 0 from generate_series(0, 9999) as n;
analyze;
`;
const SEEN = 'insert into command (id, fingerprint) values ($1, $2) on conflict (id) do nothing returning id';
const FIRST = 'select fingerprint, outcome from command where id = $1';
const LOCK = 'select available, held, version from account where id = $1 for update';
const HOLD = 'insert into hold (id, account_id, amount, open) values ($1, $2, $3, true)';
const END_HOLD = 'update hold set open = false where id = $1 and open returning amount';
/** Entry, balance and outcome in one statement: one round trip. */
const WRITE = `
with moved as (
  update account set available = $4, held = $5, version = version + 1 where id = $1 returning version
), written as (
  insert into entry (command_id, account_id, version, kind, amount, available_after, held_after)
  select $2, $1, version, $3, $6, $4, $5 from moved
)
update command set outcome = 'done' where id = $2`;
const REFUSE = `update command set outcome = 'refused' where id = $1`;

interface Request {
  readonly operation: Operation;
  readonly accountId: string;
  readonly fingerprint: Buffer;
}

/** The usual way: one transaction a command, the account's row locked. Statements are prepared, ids remembered. */
export function plainSqlSystem(postgres: BenchPostgres): SystemUnderTest<Request> {
  return {
    name: 'select for update',
    note: 'dedupe, limits, holds, running balances; positions with gaps, no lots, rules, hashes',
    start: async ({ database, connections }) => {
      const url = await postgres.peerDatabase(database);
      const client = new Client({ connectionString: url });
      await client.connect();
      await client.query(SCHEMA);
      await client.end();
      const pool = peerPool(url, connections);
      return {
        prepare: preparedAll((operation) => ({
          operation,
          accountId: `user-${String(operation.account)}`,
          fingerprint: createHash('sha256').update(JSON.stringify(operation)).digest(),
        })),
        submit: async (request) => inTransaction(pool, (tx) => execute(tx, request)),
        audit: () => Promise.resolve([]),
        close: () => pool.end(),
      };
    },
  };
}

async function inTransaction(pool: Pool, work: (tx: PoolClient) => Promise<void>): Promise<void> {
  const tx = await pool.connect();
  try {
    await tx.query('begin');
    await work(tx);
    await tx.query('commit');
  } catch (error) {
    await tx.query('rollback');
    throw error;
  } finally {
    tx.release();
  }
}

async function execute(tx: PoolClient, { operation, accountId, fingerprint }: Request): Promise<void> {
  const { id, kind } = operation;
  const seen = await tx.query({ name: 'seen', text: SEEN, values: [id, fingerprint] });
  if (seen.rows.length === 0) {
    await tx.query({ name: 'first', text: FIRST, values: [id] });
    return;
  }
  const locked = await tx.query<{ available: string; held: string }>({
    name: 'lock',
    text: LOCK,
    values: [accountId],
  });
  const moved = await move(tx, operation, { ...balancesOf(locked.rows[0]), accountId });
  if (moved === null) await tx.query({ name: 'refuse', text: REFUSE, values: [id] });
  else {
    const values = [accountId, id, kind, moved.available.toString(), moved.held.toString(), operation.amount];
    await tx.query({ name: 'write', text: WRITE, values });
  }
}

interface Balances {
  readonly available: bigint;
  readonly held: bigint;
}

function balancesOf(row: { readonly available: string; readonly held: string } | undefined): Balances {
  return { available: BigInt(row?.available ?? 0), held: BigInt(row?.held ?? 0) };
}

/** The balances after the command, or null when it is refused. */
async function move(
  tx: PoolClient,
  operation: Operation,
  { available, held, accountId }: Balances & { readonly accountId: string },
): Promise<Balances | null> {
  const amount = BigInt(operation.amount);
  switch (operation.kind) {
    case 'award':
      return { available: available + amount, held };
    case 'hold':
      if (available < amount) return null;
      await tx.query({ name: 'hold', text: HOLD, values: [operation.holdId, accountId, amount.toString()] });
      return { available: available - amount, held: held + amount };
    case 'capture':
    case 'release': {
      const ended = await tx.query<{ amount: string }>({
        name: 'end-hold',
        text: END_HOLD,
        values: [operation.holdId],
      });
      const part = ended.rows[0];
      if (part === undefined) return null;
      const back = operation.kind === 'release' ? BigInt(part.amount) : 0n;
      return { available: available + back, held: held - BigInt(part.amount) };
    }
  }
}
