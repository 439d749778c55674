import { amountText, Describe, notFound, Scopes, ZodParam, ZodQuery } from '@kuda/service-kit';
import { Controller, Get, Inject } from '@nestjs/common';
import { z } from 'zod';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { positionAnswer, positionQuery } from '../projections/shard-reads';
import { DivergenceQuery } from './divergence.query';
import { RuleBook } from './rule-book';
import { ruleHash } from './rules.view';

const divergenceQuery = z.strictObject(positionQuery);

const divergenceView = z.strictObject({
  hash: ruleHash,
  rule: z.string(),
  events: amountText.describe('Events on which the version computed.'),
  different: amountText.describe('Events on which it would have paid another amount.'),
  would_pay: amountText.describe('Smallest units that it would have paid.'),
  paid: amountText.describe('Smallest units that the live version of the rule paid on the same events.'),
  users_gaining: amountText,
  users_losing: amountText,
  ...positionAnswer,
});

/** How a version in shadow differs from the live one. */
@Controller('v1/rules/versions')
export class DivergenceController {
  constructor(
    @Inject(RuleBook) private readonly book: RuleBook,
    private readonly query: DivergenceQuery,
  ) {}

  @Get(':hash/divergence')
  @Scopes('rules:read')
  @Describe({
    summary: 'Compare a version in shadow with the live one',
    answer: divergenceView,
    refusals: [LEDGER_ERROR_CODES.positionNotReached, LEDGER_ERROR_CODES.projectionStopped],
  })
  async read(
    @ZodParam('hash', ruleHash) hash: string,
    @ZodQuery(divergenceQuery) least: z.output<typeof divergenceQuery>,
  ): Promise<z.output<typeof divergenceView>> {
    const version = this.book.current().versions.find((each) => each.hash === hash);
    if (version === undefined) throw notFound('No version of this hash has begun its life.');
    const { divergence, positions } = await this.query.of(hash, least);
    return {
      hash,
      rule: version.id,
      events: divergence.events.toString(),
      different: divergence.different.toString(),
      would_pay: divergence.wouldPay.toString(),
      paid: divergence.paid.toString(),
      users_gaining: divergence.usersGaining.toString(),
      users_losing: divergence.usersLosing.toString(),
      ...positions,
    };
  }
}
