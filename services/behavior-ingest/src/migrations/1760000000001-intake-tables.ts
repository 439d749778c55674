import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Claims and the quarantine's index: written in the transaction of the log's entries, and never changed. */
export class IntakeTables1760000000001 implements MigrationInterface {
  readonly name = 'IntakeTables1760000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table activity_claim (
        kind text collate "C" not null,
        value text collate "C" not null,
        position bigint not null,
        primary key (kind, value)
      )`);
    await runner.query(`
      create table quarantine_line (
        position bigint primary key,
        reason text collate "C" not null,
        pointer text not null,
        detail text not null,
        source text not null,
        event_id text not null,
        bytes integer not null check (bytes >= 0),
        rejected_at_us bigint not null
      )`);
    await runner.query('create index quarantine_line_reason on quarantine_line (reason, position)');
    await runner.query(`do $$ begin
      execute format('grant select, insert on activity_claim, quarantine_line to %I',
                     current_setting('kuda.app_role'));
    end $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table quarantine_line');
    await runner.query('drop table activity_claim');
  }
}
