import type { RuleSet } from '@kuda/rules';
import type { Cursor } from '@kuda/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { RULES } from '../ledger/ports';
import { influenceAt } from '../projections/half-life';
import { influence } from '../projections/influence.projection';
import { projectionFacts } from '../projections/shard-projections';
import { askShards, positionsOf, type ShardQuery } from '../projections/shard-reads';
import { Shards } from '../shards/shards';

export interface RankedUser {
  readonly rank: number;
  readonly userId: string;
  /** The place in the ranking, whatever the time. */
  readonly score: bigint;
  readonly influence: bigint;
}

export type RankingWanted = ShardQuery['least'] & {
  /** Score, user and rank of the row before, or null. */
  readonly after: Cursor | null;
  readonly limit: number;
};

const READ = `
  select user_id, score::text as score
    from influence
   where score > 0 and ($1::text is null or score < $1::numeric or (score = $1::numeric and user_id > $2))
   order by influence.score desc, user_id limit $3`;

/** Ranks the users of all shards. */
@Injectable()
export class InfluenceQuery {
  constructor(
    private readonly shards: Shards,
    @Inject(RULES) private readonly rules: RuleSet,
  ) {}

  /** A user lives in one shard: the first of each shard together hold the first of all. */
  async page({ after, limit, ...least }: RankingWanted, nowUs: bigint) {
    const [score = null, userId = null, rank = '0'] = after ?? [];
    const query = { projection: influence.name, sql: READ, values: [score, userId, limit], least };
    const answers = await askShards<{ user_id: string; score: string }>(this.shards, query);
    const { influenceHalfLifeUs } = projectionFacts(this.rules);
    const users = answers
      .flatMap(({ rows }) => rows.map((row) => ({ userId: row.user_id, score: BigInt(row.score) })))
      .toSorted((one, other) => compareRanks(one, other))
      .slice(0, limit)
      .map((user, index) => ({
        ...user,
        rank: Number(rank) + index + 1,
        influence: influenceAt(user.score, nowUs, influenceHalfLifeUs),
      }));
    return { users, positions: positionsOf(answers) };
  }
}

function compareRanks(one: Pick<RankedUser, 'score' | 'userId'>, other: typeof one): number {
  if (one.score !== other.score) return one.score > other.score ? -1 : 1;
  return one.userId < other.userId ? -1 : 1;
}
