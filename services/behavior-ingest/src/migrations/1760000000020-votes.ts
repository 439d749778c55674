import { grantReadModel } from '@kuda/event-store';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Read models of votes: tallies, the trust of voters, the votes that rings are looked for in, and the rings found. */
export class Votes1760000000020 implements MigrationInterface {
  readonly name = 'Votes1760000000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table vote_tally (
        model_id text collate "C" primary key,
        owner text collate "C" not null,
        weight_sum bigint not null check (weight_sum >= 0),
        announced integer[] not null
      )`);
    await runner.query(`
      create table standing_vote (
        model_id text collate "C" not null,
        voter text collate "C" not null,
        weight integer not null check (weight >= 0),
        primary key (model_id, voter)
      )`);
    await runner.query(`
      create table vote_edge (
        voter text collate "C" not null,
        target text collate "C" not null,
        voted_at_us bigint not null,
        primary key (voter, target)
      )`);
    await runner.query('create index vote_edge_time on vote_edge (voted_at_us)');
    await runner.query(`
      create table voter_trust (
        user_id text collate "C" primary key,
        account_version bigint not null,
        registered_at_us bigint,
        succeeded_device_seconds bigint not null,
        factor_enrolled boolean not null,
        value_lane_awards bigint not null,
        value_lane_points bigint not null,
        override_level integer,
        abuse_confirmed boolean not null
      )`);
    await runner.query(`
      create table ring (
        ring_id text collate "C" primary key,
        kind text collate "C" not null,
        evidence jsonb not null,
        found_at_us bigint not null
      )`);
    await runner.query(`
      create table ring_member (
        ring_id text collate "C" not null references ring,
        user_id text collate "C" not null,
        held_until_us bigint not null,
        primary key (ring_id, user_id)
      )`);
    await runner.query('create index ring_member_user on ring_member (user_id, held_until_us)');
    await grantReadModel(runner, [
      'vote_tally',
      'standing_vote',
      'vote_edge',
      'voter_trust',
      'ring',
      'ring_member',
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table ring_member, ring, voter_trust, vote_edge, standing_vote, vote_tally');
  }
}
