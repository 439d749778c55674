import {
  installProjection,
  installProjectionSchema,
  ofVersion,
  type Projection,
} from '../projector/projection';

const ONE_BY_ONE = `
  insert into tally_v{v} as t (stream_id, entries, position) values ($1, 1, $2)
  on conflict (stream_id) do update set entries = t.entries + 1, position = excluded.position`;

/** Counts entries per stream; one by one while following, by one statement when rebuilt. */
export const tally: Projection = {
  name: 'tally',
  tables: [{ name: 'tally', key: ['stream_id'] }],
  create:
    'create table tally_v{v} (stream_id text collate "C", entries bigint not null, position bigint not null)',
  keys: 'alter table tally_v{v} add primary key (stream_id)',
  fill: `insert into tally_v{v}
    select stream_id, count(*) as entries, max(position) as position
      from log_entry where position <= {upto} and ascii(right(stream_id, 1)) % {shares} = {share} group by stream_id`,
  apply: async (tx, entries, version) => {
    for (const { streamId, position } of entries) {
      await tx.query(ofVersion(ONE_BY_ONE, version), [streamId, position]);
    }
  },
};

/** The same without a fill, and insert-only. */
export const seen: Projection = {
  name: 'seen',
  tables: [{ name: 'seen', key: ['position'], insertOnly: true }],
  create: 'create table seen_v{v} (position bigint, kind text not null)',
  keys: 'alter table seen_v{v} add primary key (position)',
  apply: async (tx, entries, version) => {
    for (const { position, kind } of entries) {
      await tx.query(ofVersion('insert into seen_v{v} values ($1, $2)', version), [position, kind]);
    }
  },
};

/** Installs both, behind the log. */
export class TestProjections1760000000001 {
  async up(runner: { query(sql: string, values?: unknown[]): Promise<unknown> }): Promise<void> {
    await installProjectionSchema(runner);
    for (const projection of [tally, seen]) await installProjection(runner, projection);
  }

  down(): Promise<void> {
    return Promise.resolve();
  }
}
