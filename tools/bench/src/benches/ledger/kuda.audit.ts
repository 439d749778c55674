import { MAX_READ_ENTRIES, readEntries, type SqlPool } from '@kuda/event-store';
import { canonicalEntry, Frontier, leafHash } from '@kuda/transparency-log';

interface Facts {
  readonly entries: bigint;
  readonly first: bigint;
  readonly last: bigint;
  readonly commands: bigint;
  readonly head: bigint;
}

/** Checks the whole log after a run: what an auditor would ask of it. Throws with what is wrong. */
export async function auditLog(pool: SqlPool): Promise<readonly string[]> {
  const facts = await pool.query<Facts>(
    `select count(*) as entries, coalesce(min(position), 0) as first, coalesce(max(position), 0) as last,
            count(distinct command_id) as commands, (select position from log_head) as head
       from log_entry`,
  );
  const [row] = facts.rows;
  if (row === undefined) throw new Error('audit: no answer');
  assertEqual('entries and the last position', row.entries, row.last);
  assertEqual('entries and the head', row.entries, row.head);
  assertEqual('entries and their command ids', row.entries, row.commands);
  const gaps = await pool.query<{ streams: bigint }>(
    `select count(*) as streams
       from (select count(*) as entries, max(stream_version) as version, min(stream_version) as first
               from log_entry where stream_id is not null group by stream_id) as stream
      where entries <> version or first <> 1`,
  );
  assertEqual('streams with a gap', gaps.rows[0]?.streams ?? -1n, 0n);
  const sums = await pool.query<{ asset: string; sum: string }>(
    `select split_part(key, ' ', 2) as asset, sum(amount)::text as sum from log_total group by 1`,
  );
  for (const { asset, sum } of sums.rows) assertEqual(`the sum of ${asset}`, BigInt(sum), 0n);
  await auditTree(pool);
  return [
    `${row.entries.toString()} entries: positions and versions without gap, no id twice, ` +
      `${sums.rows.map(({ asset }) => asset).join(', ')} sum to 0, the tree recomputed from the entries is the head's`,
  ];
}

/** Encodes and hashes every entry again, from what is stored: the tree must be the one that the head row has. */
async function auditTree(pool: SqlPool): Promise<void> {
  const { rows } = await pool.query<{ name: string; frontier: Buffer }>(
    'select name, frontier from log_head',
  );
  const [head] = rows;
  if (head === undefined) throw new Error('audit: no head');
  const recomputed = Frontier.empty();
  let after = 0n;
  for (;;) {
    const entries = await readEntries(pool, { after, limit: MAX_READ_ENTRIES });
    for (const entry of entries)
      recomputed.append(leafHash(canonicalEntry({ logName: head.name, ...entry })));
    after = entries.at(-1)?.position ?? after;
    if (entries.length < MAX_READ_ENTRIES) break;
  }
  if (!recomputed.toBytes().equals(head.frontier)) throw new Error('audit: the tree is another one');
}

function assertEqual(what: string, found: bigint, expected: bigint): void {
  if (found === expected) return;
  throw new Error(`audit: ${what}: ${found.toString()}, expected ${expected.toString()}`);
}
