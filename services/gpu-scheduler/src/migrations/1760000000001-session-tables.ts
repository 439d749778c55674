import { grantReadModel } from '@kuda/event-store';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sessions as rows, written in the transaction of the log's entries, and when each was last seen to run. */
export class SessionTables1760000000001 implements MigrationInterface {
  readonly name = 'SessionTables1760000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table session (
        order_id text collate "C" primary key,
        user_id text collate "C" not null,
        redemption_id text collate "C" not null,
        phase text collate "C" not null,
        gpu_class text collate "C" not null,
        gpu_count integer not null,
        duration_seconds bigint not null,
        image text not null,
        job_name text,
        node text,
        pod_uid text,
        outcome text,
        detail text,
        metered_seconds bigint,
        is_stop_requested boolean not null,
        placed_at_us bigint not null,
        queued_at_us bigint,
        admitted_at_us bigint,
        started_at_us bigint,
        ended_at_us bigint,
        updated_at_us bigint not null,
        position bigint not null
      )`);
    await runner.query('create index session_of_user on session (user_id, placed_at_us, order_id)');
    await runner.query(`create index session_live on session (placed_at_us) where phase <> 'closed'`);
    await runner.query(`
      create table session_sight (
        order_id text collate "C" primary key,
        seen_at_us bigint not null
      )`);
    await grantReadModel(runner, ['session', 'session_sight']);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table session_sight');
    await runner.query('drop table session');
  }
}
