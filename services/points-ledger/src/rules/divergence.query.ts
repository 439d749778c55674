import { Injectable } from '@nestjs/common';
import { askShards, positionsOf, type ShardQuery } from '../projections/shard-reads';
import { Shards } from '../shards/shards';
import { statements } from '../statements/statements.projection';

/** What a version in shadow would have paid, beside what the live version of its rule paid on the same events. */
export interface Divergence {
  /** Events on which the version computed. */
  readonly events: bigint;
  /** Events on which it would have paid another amount. */
  readonly different: bigint;
  readonly wouldPay: bigint;
  readonly paid: bigint;
  readonly usersGaining: bigint;
  readonly usersLosing: bigint;
}

interface Row {
  readonly events: string;
  readonly different: string;
  readonly would_pay: string;
  readonly paid: string;
  readonly users_gaining: string;
  readonly users_losing: string;
}

/** A user lives in one shard: the shards' users are summed. */
const READ = `
  with beside as (
    select s.user_id, s.amount_shadow as would_pay, coalesce(sum(l.amount_paid), 0) as paid
      from decision s
      left join decision l on l.position = s.position and l.rule = s.rule and l.outcome <> 'shadow'
     where s.rule_hash = $1 and s.outcome = 'shadow'
     group by s.position, s.ordinal, s.user_id, s.amount_shadow
  ), by_user as (
    select count(*) as events, count(*) filter (where would_pay <> paid) as different,
           sum(would_pay) as would_pay, sum(paid) as paid
      from beside group by user_id
  )
  select coalesce(sum(events), 0)::text as events, coalesce(sum(different), 0)::text as different,
         coalesce(sum(would_pay), 0)::text as would_pay, coalesce(sum(paid), 0)::text as paid,
         (count(*) filter (where would_pay > paid))::text as users_gaining,
         (count(*) filter (where would_pay < paid))::text as users_losing
    from by_user`;

/** Reads how a version in shadow differs from the live one, over all shards. */
@Injectable()
export class DivergenceQuery {
  constructor(private readonly shards: Shards) {}

  async of(hash: string, least: ShardQuery['least']) {
    const query = { projection: statements.name, sql: READ, values: [hash], least };
    const answers = await askShards<Row>(this.shards, query);
    const rows = answers.flatMap((answer) => answer.rows);
    const sum = (column: keyof Row): bigint => rows.reduce((total, row) => total + BigInt(row[column]), 0n);
    const divergence: Divergence = {
      events: sum('events'),
      different: sum('different'),
      wouldPay: sum('would_pay'),
      paid: sum('paid'),
      usersGaining: sum('users_gaining'),
      usersLosing: sum('users_losing'),
    };
    return { divergence, positions: positionsOf(answers) };
  }
}
