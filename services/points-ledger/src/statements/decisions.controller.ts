import {
  amountText,
  Describe,
  pageOf,
  pageQuery,
  Scopes,
  timeText,
  toPage,
  toRfc3339,
  ZodParam,
  ZodQuery,
} from '@kuda/service-kit';
import { Controller, Get } from '@nestjs/common';
import { z } from 'zod';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { decisionId } from '../explanations/explanation.view';
import { cursorNumber, minPosition, userIdParam } from '../ledger/request.schema';
import type { DecisionRow } from './decision.entity';
import { StatementsQuery, type DecisionMark } from './statements.query';

const outcome = z.enum(['awarded', 'trimmed', 'suppressed', 'not_matched', 'shadow']);

const listQuery = z.strictObject({
  ...pageQuery(2),
  'filter[outcome]': outcome.optional(),
  min_position: minPosition,
});

const decision = z.strictObject({
  id: z.string().describe('For /v1/decisions/{id}/explanation.'),
  position: amountText,
  rule: z.string(),
  rule_hash: z.string().describe("SHA-256 of the rule version's canonical JSON."),
  outcome: z.string(),
  reason: z.string().describe('Empty when awarded whole.'),
  asset: z.string(),
  amount_full: amountText,
  amount_paid: amountText,
  pending_until: timeText.nullable(),
  lot_id: z.string(),
  facts: z.record(z.string(), z.unknown()).describe('What the rule read, before the event.'),
  source: z.string(),
  event_id: z.string(),
  type: z.string(),
  time: timeText,
});

const decisionPage = z.strictObject({
  ...pageOf(decision).shape,
  position: amountText,
  shard: z.int().min(0),
});

function viewOf(row: DecisionRow, shard: number): z.output<typeof decision> {
  return {
    id: decisionId(shard, row.position, row.ordinal),
    position: row.position.toString(),
    rule: row.rule,
    rule_hash: row.ruleHash,
    outcome: row.outcome,
    reason: row.reason,
    asset: row.asset,
    amount_full: row.amountFull.toString(),
    amount_paid: row.amountPaid.toString(),
    pending_until: row.pendingUntilUs === 0n ? null : toRfc3339(row.pendingUntilUs),
    lot_id: row.lotId,
    facts: JSON.parse(row.facts) as Record<string, unknown>,
    source: row.source,
    event_id: row.eventId,
    type: row.eventType,
    time: toRfc3339(row.eventTimeUs),
  };
}

function markOf(cursor: readonly string[] | undefined): DecisionMark | null {
  const position = cursorNumber(cursor?.[0]);
  const ordinal = cursorNumber(cursor?.[1]);
  return position === null || ordinal === null ? null : { position, ordinal: Number(ordinal) };
}

/** What the rules said of a user's events, refusals with their reason included. */
@Controller('v1/users/:id/decisions')
export class DecisionsController {
  constructor(private readonly statements: StatementsQuery) {}

  @Get()
  @Scopes('ledger:read')
  @Describe({
    summary: "List the rules' decisions on a user's events, newest first",
    answer: decisionPage,
    refusals: [LEDGER_ERROR_CODES.positionNotReached, LEDGER_ERROR_CODES.projectionStopped],
  })
  async list(
    @ZodParam('id', userIdParam) userId: string,
    @ZodQuery(listQuery) query: z.output<typeof listQuery>,
  ): Promise<z.output<typeof decisionPage>> {
    const place = await this.statements.place(userId, query.min_position);
    const size = query['page[size]'];
    const after = markOf(query['page[after]']);
    const wanted = query['filter[outcome]'] ?? null;
    const rows = await this.statements.decisions({ userId, limit: size + 1 }, wanted, after);
    const page = toPage(rows, size, (row) => [row.position.toString(), String(row.ordinal)]);
    return { items: page.items.map((row) => viewOf(row, place.shard)), next: page.next, ...place };
  }
}
