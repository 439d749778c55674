import type { LedgerRecord } from '@kuda/contracts';
import type { DataSource } from 'typeorm';

/** Where the records of one batch end. */
export interface BatchEnd {
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: bigint;
}

/**
 * One statement and so one transaction. It need not wait for the disk: what a crash of PostgreSQL takes back, it takes
 * back with the offset, and the records come again.
 */
const APPLY = `
  with members as (
  insert into member (user_id, account_version, position, registered_at_us, succeeded_device_seconds,
                      factor_enrolled, value_lane_awards, value_lane_points, override_level, abuse_confirmed)
  select * from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::boolean[],
                       $7::bigint[], $8::bigint[], $9::int[], $10::boolean[])
  on conflict (user_id) do update
     set account_version = excluded.account_version, position = excluded.position,
         registered_at_us = excluded.registered_at_us,
         succeeded_device_seconds = excluded.succeeded_device_seconds,
         factor_enrolled = excluded.factor_enrolled, value_lane_awards = excluded.value_lane_awards,
         value_lane_points = excluded.value_lane_points,
         override_level = excluded.override_level, abuse_confirmed = excluded.abuse_confirmed
   where member.account_version < excluded.account_version
  ), balances as (
  insert into member_balance (user_id, asset, account_version, available, debt)
  select * from unnest($11::text[], $12::text[], $13::bigint[], $14::bigint[], $15::bigint[])
  on conflict (user_id, asset) do update
     set account_version = excluded.account_version, available = excluded.available, debt = excluded.debt
   where member_balance.account_version < excluded.account_version
  )
  insert into ledger_offset as o (topic, partition, next_offset, ledger_position)
  select $16, $17, $18, $19 where set_config('synchronous_commit', 'off', true) = 'off'
  on conflict (topic, partition) do update
     set next_offset = excluded.next_offset,
         ledger_position = greatest(o.ledger_position, excluded.ledger_position)
   where o.next_offset < excluded.next_offset`;

/**
 * What the ledger says of each user: balances and trust facts, with the account version they are of. A record that is
 * older than what is known changes nothing, so repeats and reordering are harmless.
 */
export class MemberProjection {
  constructor(private readonly source: DataSource) {}

  /** Applies a batch and stores where to go on, all or nothing. */
  async apply(records: readonly LedgerRecord[], end: BatchEnd): Promise<void> {
    const members = newest(records, ({ userId }) => userId);
    const balances = newest(records.flatMap(balancesOf), ({ userId, asset }) => `${userId}\n${asset}`);
    const position = records.reduce((most, record) => (record.position > most ? record.position : most), 0n);
    await this.source.query(APPLY, [
      ...memberColumns(members),
      ...balanceColumns(balances),
      ...[end.topic, end.partition, end.nextOffset, position],
    ]);
  }

  /** The highest ledger position that has arrived on any partition. */
  async highestPosition(): Promise<bigint> {
    const rows: { position: string | null }[] = await this.source.query(
      'select max(ledger_position) as position from ledger_offset',
    );
    return BigInt(rows[0]?.position ?? 0);
  }

  /** Where the consumer of the ledger's records goes on. */
  async nextOffset(topic: string, partition: number): Promise<bigint | undefined> {
    const rows: { next_offset: string }[] = await this.source.query(
      'select next_offset from ledger_offset where topic = $1 and partition = $2',
      [topic, partition],
    );
    return rows[0] === undefined ? undefined : BigInt(rows[0].next_offset);
  }
}

function memberColumns(records: readonly LedgerRecord[]): readonly unknown[] {
  return [
    records.map((record) => record.userId),
    records.map((record) => record.accountVersion),
    records.map((record) => record.position),
    records.map((record) => (record.trust?.registeredAtUs === 0n ? null : record.trust?.registeredAtUs)),
    records.map((record) => record.trust?.succeededDeviceSeconds ?? 0n),
    records.map((record) => record.trust?.factorEnrolled ?? false),
    records.map((record) => record.trust?.valueLaneAwards ?? 0n),
    records.map((record) => record.trust?.valueLanePoints ?? 0n),
    records.map((record) => record.trust?.overrideLevel ?? null),
    records.map((record) => record.trust?.abuseConfirmed ?? false),
  ];
}

interface Versioned {
  readonly accountVersion: bigint;
}

/** Of each key the one of the highest account version: a statement may touch a row once only. */
function newest<Item extends Versioned>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  const latest = new Map<string, Item>();
  for (const item of items) {
    const key = keyOf(item);
    const known = latest.get(key);
    if (known === undefined || known.accountVersion < item.accountVersion) latest.set(key, item);
  }
  return [...latest.values()];
}

interface BalanceOfUser extends Versioned {
  readonly userId: string;
  readonly asset: string;
  readonly available: bigint;
  readonly debt: bigint;
}

function balancesOf({ userId, accountVersion, balances }: LedgerRecord): BalanceOfUser[] {
  return balances.map(({ asset, available, debt }) => ({ userId, accountVersion, asset, available, debt }));
}

function balanceColumns(rows: readonly BalanceOfUser[]): readonly unknown[] {
  return [
    rows.map((row) => row.userId),
    rows.map((row) => row.asset),
    rows.map((row) => row.accountVersion),
    rows.map((row) => row.available),
    rows.map((row) => row.debt),
  ];
}
