import { makeInsertOnly } from '@kuda/event-store';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Rule versions, the steps of their lives and the back-tests they were tried by: insert-only (I7), one for all shards. */
export class RuleBook1760000000030 implements MigrationInterface {
  readonly name = 'RuleBook1760000000030';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table rule_version (
        hash text collate "C" primary key check (hash ~ '^[0-9a-f]{64}$'),
        rule_id text collate "C" not null,
        content jsonb not null,
        author text not null,
        created_at_us bigint not null
      )`);
    await runner.query(`
      create table rule_step (
        seq integer primary key check (seq > 0),
        hash text collate "C" not null references rule_version,
        step text collate "C" not null check (step in ('shadowed', 'published', 'retired')),
        effective_from_us bigint not null,
        actor text not null,
        reason text not null,
        backtest_hash text collate "C",
        recorded_at_us bigint not null,
        unique (hash, step)
      )`);
    await runner.query(`
      create table backtest_report (
        hash text collate "C" primary key check (hash ~ '^[0-9a-f]{64}$'),
        versions text[] not null,
        report jsonb not null,
        requested_by text not null,
        created_at_us bigint not null
      )`);
    await makeInsertOnly(runner, ['rule_version', 'rule_step', 'backtest_report']);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table backtest_report, rule_step, rule_version');
  }
}
