import { grantReadModel, type MigrationRunner } from '@kuda/event-store';

/** The table that the till writes beside its log. */
export class TillSchema1760000000001 {
  readonly name = 'TillSchema1760000000001';

  async up(runner: MigrationRunner): Promise<void> {
    await runner.query('create table till_refusal (position bigint primary key, command_id text not null)');
    await grantReadModel(runner, ['till_refusal']);
  }

  async down(runner: MigrationRunner): Promise<void> {
    await runner.query('drop table till_refusal');
  }
}
