import { grantReadModel, type MigrationRunner } from '@kuda/event-store';

const TABLES = ['redemption', 'quote', 'member', 'member_balance', 'ledger_offset'] as const;

/**
 * What redemption reads: its redemptions (written beside the log), its quotes, and what it was told of each user by
 * the ledger. Amounts in the asset's smallest unit, times in microseconds since the Unix epoch.
 */
const SCHEMA = `
create table redemption (
  redemption_id text collate "C" primary key,
  user_id text collate "C" not null,
  quote_id text collate "C" not null unique,
  state text not null,
  is_live boolean not null,
  is_cancelled boolean not null,
  sku text not null,
  gpu_class text not null,
  gpu_count integer not null check (gpu_count between 1 and 3),
  duration_seconds integer not null check (duration_seconds between 1 and 86400),
  image text not null,
  trust_level integer not null,
  price_book text not null,
  policy text not null,
  hold_id text not null,
  order_id text,
  held jsonb not null,
  captured jsonb,
  released jsonb,
  reason text,
  refusal_code text,
  metered_seconds bigint check (metered_seconds >= 0),
  gpu_seconds bigint not null check (gpu_seconds >= 0),
  early_fail_day integer,
  requested_at_us bigint not null,
  queue_until_us bigint not null,
  updated_at_us bigint not null,
  version bigint not null,
  position bigint not null
) with (fillfactor = 70);
create index redemption_of_user on redemption (user_id, requested_at_us desc, redemption_id);
create index redemption_live on redemption (user_id) where is_live;
create index redemption_early_fail on redemption (user_id, early_fail_day) where early_fail_day is not null;

create table quote (
  quote_id text collate "C" primary key,
  user_id text collate "C" not null,
  funding text not null,
  terms text not null,
  created_at_us bigint not null,
  expires_at_us bigint not null
);

create table member (
  user_id text collate "C" primary key,
  account_version bigint not null,
  position bigint not null,
  registered_at_us bigint,
  succeeded_device_seconds bigint not null,
  factor_enrolled boolean not null,
  value_lane_awards bigint not null,
  value_lane_points bigint not null,
  override_level int,
  abuse_confirmed boolean not null
) with (fillfactor = 70);

create table member_balance (
  user_id text collate "C" not null,
  asset text collate "C" not null,
  account_version bigint not null,
  available bigint not null,
  debt bigint not null,
  primary key (user_id, asset)
) with (fillfactor = 70);

create table ledger_offset (
  topic text collate "C" not null,
  partition integer not null,
  next_offset bigint not null,
  ledger_position bigint not null,
  primary key (topic, partition)
) with (fillfactor = 50);
`;

export class ReadModels1763900000000 {
  readonly name = 'ReadModels1763900000000';

  async up(runner: MigrationRunner): Promise<void> {
    await runner.query(SCHEMA);
    await grantReadModel(runner, TABLES);
  }

  async down(runner: MigrationRunner): Promise<void> {
    await runner.query(`drop table ${TABLES.join(', ')}`);
  }
}
