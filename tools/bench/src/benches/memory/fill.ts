import { createHash } from 'node:crypto';
import { createCommitter, createPool, systemClock, type SqlPool } from '@kuda/event-store';
import { LedgerPolicy, loadRules, userStream } from '@kuda/points-ledger/ledger';
import { SHIPPED_RULE_SETS } from '@kuda/rules';
import { Frontier, nodeHash } from '@kuda/transparency-log';
import { join } from 'node:path';
import { anAward } from './award';
import { ID_DIGITS, userId } from './protocol';

/** Sessions that write at once, and accounts of one statement. */
const WRITERS = 2;
const ACCOUNTS_PER_STATEMENT = 10_000;
const CONNECTIONS = WRITERS + 1;
const LEAF_BYTES = 32;
/** A checkpoint in the midst of the fill would write everything twice. */
const MOST_WAL = '16GB';

export interface FillOptions {
  readonly appUrl: string;
  /** The administrator's address of the same database: the fill passes by the log's functions and triggers. */
  readonly adminUrl: string;
  readonly accounts: number;
  readonly entriesPerAccount: number;
  readonly say: (line: string) => void;
}

/** Account 0 by the committer itself: what all the others are copies of. */
async function writeTemplate({ appUrl, entriesPerAccount }: FillOptions): Promise<void> {
  const pool = createPool(appUrl, { applicationName: 'bench-fill' });
  const rules = loadRules(join(SHIPPED_RULE_SETS, '2026-01.json'));
  const onFatal = (error: Error): void => {
    throw error;
  };
  const policy = new LedgerPolicy(
    () => rules,
    () => undefined,
    pool,
  );
  const committer = createCommitter({ pool, policy, clock: systemClock, owner: 'bench fill', onFatal });
  await committer.start();
  const commands = Array.from({ length: entriesPerAccount }, (_, index) => {
    const commandId = `${userId(0)}-${String(index).padStart(4, '0')}`;
    const fingerprint = createHash('sha256').update(commandId).digest();
    const streamId = userStream(userId(0));
    return { commandId, fingerprint, streamId, command: anAward(), input: null, traceparent: null };
  });
  const outcomes = await committer.submit(commands);
  await committer.stop();
  await pool.end();
  if (outcomes.some(({ status }) => status !== 'recorded')) throw new Error('the template was not recorded');
}

/** The bytes with the id of account `a` where the template's stands, as a SQL expression. */
function bytesOf(bytes: Buffer): string {
  const id = Buffer.from(userId(0));
  const parts: string[] = [];
  let from = 0;
  for (let at = bytes.indexOf(id); at >= 0; at = bytes.indexOf(id, from)) {
    parts.push(`'\\x${bytes.subarray(from, at).toString('hex')}'::bytea`, `convert_to(id, 'UTF8')`);
    from = at + id.length;
  }
  parts.push(`'\\x${bytes.subarray(from).toString('hex')}'::bytea`);
  return parts.join(' || ');
}

function textOf(text: string): string {
  const parts = text.split(userId(0)).map((part) => `'${part.replaceAll("'", "''")}'`);
  return parts.join(' || id || ');
}

interface EntryRow {
  readonly command_id: string;
  readonly fingerprint: Buffer;
  readonly stream_id: string;
  readonly stream_version: bigint;
  readonly kind: string;
  readonly payload: Buffer;
}

interface StateRow {
  readonly stream_id: string;
  readonly version: bigint;
  readonly state: Buffer;
  readonly paged: boolean;
}

/** The statements that copy the template to accounts $1 to $2. */
async function copies(sql: SqlPool): Promise<readonly string[]> {
  const { rows: entries } = await sql.query<EntryRow>('select * from log_entry order by position');
  const { rows: states } = await sql.query<StateRow>('select * from stream_state');
  const { rows: pages } = await sql.query<{ page_no: number; bytes: Buffer }>(
    'select page_no, bytes from stream_page',
  );
  const [state] = states;
  if (state === undefined) throw new Error('the template has no state');
  const count = String(entries.length);
  const values = entries.map(
    (entry, index) =>
      `(${String(index + 1)}, ${textOf(entry.command_id)}, ${bytesOf(entry.payload)}, '${entry.kind}')`,
  );
  // Behind `offset 0` an id is made once for each account.
  const each = `(select a, 'm' || lpad(a::text, ${String(ID_DIGITS)}, '0') as id from generate_series($1::bigint, $2::bigint) as a
                 offset 0) as each`;
  const stream = textOf(state.stream_id);
  const leaf = `'\\x${'00'.repeat(LEAF_BYTES)}'::bytea`;
  return [
    `insert into log_entry (position, command_id, fingerprint, stream_id, stream_version, kind, payload,
                            traceparent, recorded_at_us, leaf_hash)
     select a * ${count} + t.v, t.command_id, ${leaf}, ${stream}, t.v, t.kind, t.payload, null,
            (select recorded_at_us from log_head) + a * ${count} + t.v, ${leaf}
       from ${each} cross join lateral (values ${values.join(', ')}) as t (v, command_id, payload, kind)`,
    `insert into log_command (command_id, position)
     select t.command_id, a * ${count} + t.v
       from ${each} cross join lateral (values ${values.join(', ')}) as t (v, command_id, payload, kind)`,
    `insert into stream_state (stream_id, version, position, state, due_at_us, paged)
     select ${stream}, ${count}, a * ${count} + ${count}, ${bytesOf(state.state)}, null, ${String(state.paged)}
       from ${each}`,
    ...pages.map(
      ({ page_no: pageNo, bytes }) =>
        `insert into stream_page (stream_id, page_no, bytes)
         select ${stream}, ${String(pageNo)}, ${bytesOf(bytes)} from ${each}`,
    ),
  ];
}

/** The packed frontier of a tree whose leaves are all the same bytes: no need to append ten million of them. */
function frontierOf(size: bigint): Buffer {
  const empty = Frontier.empty().toBytes();
  const header = Buffer.from(empty);
  header.writeBigUInt64BE(size, empty.length - 8);
  const peaks: Buffer[] = [];
  let subtree: Buffer = Buffer.alloc(LEAF_BYTES);
  for (let left = size; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) peaks.unshift(subtree);
    subtree = nodeHash(subtree, subtree);
  }
  return Frontier.fromBytes(Buffer.concat([header, ...peaks])).toBytes();
}

/** Copies the template to all other accounts, several ranges at once. */
async function copyAll(sql: SqlPool, { accounts, say }: FillOptions): Promise<void> {
  const statements = await copies(sql);
  let next = 1;
  let told = 0;
  const writer = async (): Promise<void> => {
    for (let first = next; first < accounts; first = next) {
      const last = Math.min(first + ACCOUNTS_PER_STATEMENT, accounts) - 1;
      next = last + 1;
      for (const statement of statements) await sql.query(statement, [first, last]);
      if (last - told >= accounts / 10) {
        told = last;
        say(`${String(last + 1)} of ${String(accounts)} accounts filled`);
      }
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
}

/**
 * Fills an empty log: account 0 through the committer, then copies of its entries, states and pages under other ids by
 * SQL. Leaf hashes are zeros and so is the tree made of: this log is for its size only.
 */
export async function fill(options: FillOptions): Promise<void> {
  await writeTemplate(options);
  const url = new URL(options.adminUrl);
  // Ordinary sessions cannot pass by the log's triggers; durability is not what this fill is about.
  url.searchParams.set(
    'options',
    '-c session_replication_role=replica -c synchronous_commit=off -c statement_timeout=0',
  );
  const sql = createPool(url.toString(), { applicationName: 'bench-fill', max: CONNECTIONS });
  try {
    const entries = BigInt(options.accounts) * BigInt(options.entriesPerAccount);
    await sql.query(`alter system set max_wal_size = '${MOST_WAL}'`);
    await sql.query('select pg_reload_conf()');
    await sql.query('select cover_position($1)', [entries + 1n]);
    await copyAll(sql, options);
    await sql.query(
      `update log_head set position = $1, recorded_at_us = recorded_at_us + $1 + 1, frontier = $2`,
      [entries, frontierOf(entries)],
    );
    await sql.query('update log_total set amount = amount * $1', [options.accounts]);
    for (const table of ['log_entry', 'log_command', 'stream_state', 'stream_page'])
      await sql.query(`analyze ${table}`);
    await sql.query('checkpoint');
  } finally {
    await sql.end();
  }
}
