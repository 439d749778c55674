import { installProjection, installProjectionSchema } from '@kuda/event-store';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { PROJECTIONS } from '../projections/shard-projections';

/** A sum whose state is one number: a fold over millions of groups fits in memory, and in parallel parts. */
const SUM = `
  create aggregate sum_bigint(bigint) (
    sfunc = int8pl, stype = bigint, initcond = '0', combinefunc = int8pl, parallel = safe
  )`;

/** Eight bytes, big-endian, as a signed number; PostgreSQL reads them by itself from 18 on. */
const BIGINT_OF = `
  do $$ begin
    if current_setting('server_version_num')::integer >= 180000 then
      create function bigint_of(bytes bytea) returns bigint
        language sql immutable parallel safe as 'select bytes::bigint';
    else
      create function bigint_of(bytes bytea) returns bigint
        language sql immutable parallel safe as
        'select (''x'' || encode(bytes, ''hex''))::bit(64)::bigint';
    end if;
  end $$`;

/** Read models, version 1 of each. Rebuilt from the log at any time. */
export class Projections1760000000001 implements MigrationInterface {
  readonly name = 'Projections1760000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SUM);
    await runner.query(BIGINT_OF);
    await installProjectionSchema(runner);
    for (const projection of PROJECTIONS) await installProjection(runner, projection);
  }

  /** Never in one step: versions come and go through rebuilds. */
  down(): Promise<void> {
    return Promise.reject(new Error('the read models are not migrated down'));
  }
}
