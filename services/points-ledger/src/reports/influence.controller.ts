import { systemClock } from '@kuda/event-store';
import { amountText, Describe, pageOf, pageQuery, Scopes, toPage, ZodQuery } from '@kuda/service-kit';
import { Controller, Get } from '@nestjs/common';
import { z } from 'zod';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { positionAnswer, positionQuery } from '../projections/shard-reads';
import { InfluenceQuery, type RankedUser } from './influence.query';

const influenceQuery = z.strictObject({ ...pageQuery(3), ...positionQuery });

const ranked = z.strictObject({
  rank: z.int().min(1),
  user_id: z.string(),
  influence: amountText.describe('What is left of it now, in thousandths; it halves every 180 days.'),
});

const leaderboard = z.strictObject({ ...pageOf(ranked).shape, ...positionAnswer });

function keyOf({ score, userId, rank }: RankedUser): readonly string[] {
  return [score.toString(), userId, String(rank)];
}

/** Who has contributed most of late: it only ranks, and is never spent. */
@Controller('v1/leaderboards/influence')
export class InfluenceController {
  constructor(private readonly query: InfluenceQuery) {}

  @Get()
  @Scopes('ledger:read')
  @Describe({
    summary: 'Rank users by influence',
    answer: leaderboard,
    refusals: [LEDGER_ERROR_CODES.positionNotReached, LEDGER_ERROR_CODES.projectionStopped],
  })
  async list(
    @ZodQuery(influenceQuery) query: z.output<typeof influenceQuery>,
  ): Promise<z.output<typeof leaderboard>> {
    const size = query['page[size]'];
    const wanted = { ...query, after: query['page[after]'] ?? null, limit: size + 1 };
    const { users, positions } = await this.query.page(wanted, systemClock.nowUs());
    const page = toPage(users, size, keyOf);
    const items = page.items.map(({ rank, userId, influence }) => ({
      ...{ rank, user_id: userId, influence: influence.toString() },
    }));
    return { items, next: page.next, ...positions };
  }
}
