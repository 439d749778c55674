import type { MigrationInterface, QueryRunner } from 'typeorm';
import { defaultRiskPolicy } from '../risk/default-risk-policy';

const TABLES = [
  `create table producer_version (
     producer text collate "C" not null,
     version bigint not null check (version > 0),
     position bigint not null,
     change text not null,
     actor text not null,
     changed_at_us bigint not null,
     definition bytea not null,
     primary key (producer, version)
   )`,
  `create table quarantine_outcome (
     position bigint primary key references quarantine_line,
     outcome text collate "C" not null check (outcome in ('accepted', 'duplicate', 'discarded')),
     by_position bigint not null,
     source text not null,
     event_id text not null,
     actor text not null,
     note text not null,
     closed_at_us bigint not null
   )`,
  `create table account_sighting (
     kind text collate "C" not null,
     value text collate "C" not null,
     day integer not null,
     account text collate "C" not null,
     position bigint not null,
     primary key (kind, value, day, account)
   )`,
  `create table author_vote (
     position bigint primary key,
     author text collate "C" not null,
     time_us bigint not null
   )`,
  'create index author_vote_time on author_vote (author, time_us)',
  `create table risk_policy (
     version bigint primary key check (version > 0),
     effective_from_us bigint not null,
     accounts_per_day integer not null check (accounts_per_day > 0),
     votes_per_hour integer not null check (votes_per_hour > 0),
     actor text not null,
     changed_at_us bigint not null
   )`,
];

const GRANTED = 'producer_version, quarantine_outcome, account_sighting, author_vote, risk_policy';

/** Written in the transaction of the log's entries, and never changed: each row is a version or an outcome. */
export class ProducersRiskReplays1760000000002 implements MigrationInterface {
  readonly name = 'ProducersRiskReplays1760000000002';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(table);
    const { accounts_per_day: accountsPerDay, votes_per_hour: votesPerHour } = defaultRiskPolicy();
    await runner.query(
      `insert into risk_policy (version, effective_from_us, accounts_per_day, votes_per_hour, actor, changed_at_us)
       values (1, 0, $1, $2, 'default', 0)`,
      [accountsPerDay, votesPerHour],
    );
    await runner.query(`do $$ begin
      execute format('grant select, insert on ${GRANTED} to %I', current_setting('kuda.app_role'));
    end $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table ${GRANTED}`);
  }
}
