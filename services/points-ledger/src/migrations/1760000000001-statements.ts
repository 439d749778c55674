import { grantReadModel } from '@kuda/event-store';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Read models of the first version: what a user's statement shows. Rebuilt from the log at any time. */
export class Statements1760000000001 implements MigrationInterface {
  readonly name = 'Statements1760000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table transaction_v1 (
        position bigint primary key,
        user_id text collate "C" not null,
        account_version bigint not null,
        kind text collate "C" not null,
        command_id text collate "C" not null,
        recorded_at_us bigint not null,
        entries jsonb not null
      )`);
    await runner.query('create index transaction_v1_user on transaction_v1 (user_id, position)');
    await runner.query(`
      create table decision_v1 (
        position bigint not null,
        ordinal integer not null,
        user_id text collate "C" not null,
        rule text collate "C" not null,
        rule_hash text collate "C" not null,
        outcome text collate "C" not null,
        reason text collate "C" not null,
        asset text collate "C" not null,
        amount_full bigint not null,
        amount_paid bigint not null,
        pending_until_us bigint not null,
        lot_id text collate "C" not null,
        facts text not null,
        source text collate "C" not null,
        event_id text collate "C" not null,
        event_type text collate "C" not null,
        event_time_us bigint not null,
        primary key (position, ordinal)
      )`);
    await runner.query('create index decision_v1_user on decision_v1 (user_id, position, ordinal)');
    await grantReadModel(runner, ['transaction_v1', 'decision_v1']);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table decision_v1');
    await runner.query('drop table transaction_v1');
  }
}
