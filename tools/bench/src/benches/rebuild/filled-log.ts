import { createHash } from 'node:crypto';
import { createCommitter, systemClock, type SqlPool, type StoredEntry } from '@kuda/event-store';
import type { Command } from '@kuda/ledger-core';
import { LedgerPolicy, userStream } from '@kuda/points-ledger/ledger';
import type { RuleSet } from '@kuda/rules';
import { Frontier, nodeHash } from '@kuda/transparency-log';

const ID_DIGITS = 8;
const LEAF_BYTES = 32;
const ACCOUNTS_PER_STATEMENT = 20_000;
const HOUR_US = 3_600_000_000n;

/** Ids of one length, so that the bytes of one account become those of another by changing the digits. */
export function accountId(account: number): string {
  return `b${String(account).padStart(ID_DIGITS, '0')}`;
}

const TEMPLATE = accountId(0);
/** The digits of account `a`, as SQL. */
const ID = `('b' || lpad(a::text, ${String(ID_DIGITS)}, '0'))`;

/** What every account has gone through: two assets, a hold that was used in part, a hold that is open. */
function lifeOfAnAccount(): readonly Command[] {
  const expiresAtUs = systemClock.nowUs() + 72n * HOUR_US;
  const award = (asset: string, amount: bigint): Command => ({
    ...{ type: 'award', asset, amount, from: 'issuance/grant.bench', origin: 'grant.bench', expiresAtUs: 0n },
    ...{ pendingUntilUs: 0n, restriction: '', priority: 0, reason: 'rebuild' },
  });
  const hold = (holdId: string, asset: string, amount: bigint): Command => ({
    ...{ type: 'place-hold', holdId, redemptionId: holdId, sku: 'gpu.t4' },
    ...{ amounts: [{ asset, amount }], expiresAtUs },
  });
  const captured = [{ asset: 'POINT', amount: 1_500n }];
  return [
    award('POINT', 4_000n),
    award('GPU_SECOND/any', 18_000n),
    hold('h1', 'POINT', 3_000n),
    { type: 'settle-hold', holdId: 'h1', captured, reason: 'used' },
    award('POINT', 2_000n),
    award('POINT', 10_000n),
    hold('h2', 'GPU_SECOND/any', 3_600n),
    award('POINT', 16_000n),
  ];
}

/** Entries and balances of each account. */
export const ENTRIES_PER_ACCOUNT = lifeOfAnAccount().length;
export const BALANCES_PER_ACCOUNT = 2;

/** Commands of one user, for whoever writes while the bench measures. */
export function envelopeOf(userId: string, command: Command, commandId: string) {
  const fingerprint = createHash('sha256').update(commandId).digest();
  return { commandId, fingerprint, streamId: userStream(userId), command, input: null, traceparent: null };
}

/** Account 0 by the committer itself: what all the others are copies of. */
async function writeTemplate(pool: SqlPool, rules: RuleSet): Promise<void> {
  const onFatal = (error: Error): void => {
    throw error;
  };
  const policy = new LedgerPolicy(
    () => rules,
    () => undefined,
    pool,
  );
  const committer = createCommitter({ pool, policy, clock: systemClock, owner: 'bench', onFatal });
  await committer.start();
  const commands = lifeOfAnAccount().map((command, index) =>
    envelopeOf(TEMPLATE, command, `${TEMPLATE}-${String(index)}`),
  );
  const outcomes = await committer.submit(commands);
  await committer.stop();
  if (outcomes.some(({ status }) => status !== 'recorded')) throw new Error('the template was not recorded');
}

/** The bytes with the id of account `a` where the template's stands, as a SQL expression. */
function bytesOf(bytes: Buffer): string {
  const id = Buffer.from(TEMPLATE);
  const parts: string[] = [];
  let from = 0;
  for (let at = bytes.indexOf(id); at >= 0; at = bytes.indexOf(id, from)) {
    parts.push(`'\\x${bytes.subarray(from, at).toString('hex')}'::bytea`, `convert_to(${ID}, 'UTF8')`);
    from = at + id.length;
  }
  parts.push(`'\\x${bytes.subarray(from).toString('hex')}'::bytea`);
  return parts.join(' || ');
}

/** The packed frontier of a tree whose leaves are all the same bytes. */
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

export interface FilledLog {
  /** Connects as the service's role. */
  readonly pool: SqlPool;
  /** Connects as the administrator, past the log's triggers. */
  readonly admin: SqlPool;
  readonly rules: RuleSet;
  readonly accounts: number;
  readonly say: (line: string) => void;
}

/**
 * Fills an empty log: account 0 through the committer, then copies of its entries under other ids, mixed as accounts are
 * in service: all first entries, then all second ones. Leaf hashes are zeros: this log is for its size only. The version
 * of `balances` that is read gets the running balances of account 0 as the committer wrote them, for everybody: what the
 * fold of all entries must come to. Answers the number of entries.
 */
export async function fillLog({ pool, admin, rules, accounts, say }: FilledLog): Promise<bigint> {
  await writeTemplate(pool, rules);
  const { rows: template } = await admin.query<StoredEntry>(
    'select kind, payload, command_id as "commandId" from log_entry order by position',
  );
  await admin.query('delete from log_entry');
  const entries = BigInt(accounts) * BigInt(template.length);
  await admin.query('select cover_position($1)', [entries]);
  for (const [index, { kind, payload }] of template.entries()) {
    const version = String(index + 1);
    const leaf = `'\\x${'00'.repeat(LEAF_BYTES)}'::bytea`;
    for (let first = 0; first < accounts; first += ACCOUNTS_PER_STATEMENT) {
      await admin.query(
        `insert into log_entry (position, command_id, fingerprint, stream_id, stream_version, kind, payload, traceparent,
                                recorded_at_us, leaf_hash)
         select ${String(index * accounts)} + a + 1, ${ID} || '-${String(index)}', ${leaf}, 'user-' || ${ID}, ${version},
                '${kind}', ${bytesOf(payload)}, null, ${String(index * accounts)} + a + 1, ${leaf}
           from generate_series($1::bigint, $2::bigint) as a`,
        [first, Math.min(first + ACCOUNTS_PER_STATEMENT, accounts) - 1],
      );
    }
    say(`${String((index + 1) * accounts)} of ${String(entries)} entries filled`);
  }
  await admin.query('update log_head set position = $1, frontier = $2', [entries, frontierOf(entries)]);
  await admin.query('vacuum analyze log_entry');
  return entries;
}

/** Gives every account the balances of account 0, as the projection has them by applying its entries one by one. */
export async function fillBalances({ admin, accounts }: FilledLog, entries: bigint): Promise<void> {
  await admin.query(
    `insert into balance_v1 (user_id, asset, available, pending, held, debt, account_version, position)
     select ${ID}, t.asset, t.available, t.pending, t.held, t.debt, t.account_version,
            (t.account_version - 1) * ${String(accounts)} + a + 1
       from generate_series(1, ${String(accounts)} - 1) as a cross join balance_v1 t where t.user_id = '${TEMPLATE}'`,
  );
  await admin.query(
    `update balance_v1 set position = (account_version - 1) * ${String(accounts)} + 1 where user_id = '${TEMPLATE}'`,
  );
  await admin.query(
    `update projection_checkpoint set position = $1 where name = 'balances' and version = 1`,
    [entries],
  );
  await admin.query('vacuum analyze balance_v1');
}
