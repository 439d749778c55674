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
import type { AssetBalance } from '@kuda/ledger-core';
import { Controller, Get } from '@nestjs/common';
import { z } from 'zod';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { cursorNumber, minPosition, userIdParam } from '../ledger/request.schema';
import { StatementsQuery } from './statements.query';
import type { TransactionRow } from './transaction.entity';

const listQuery = z.strictObject({ ...pageQuery(), min_position: minPosition });

const transaction = z.strictObject({
  position: amountText,
  account_version: amountText,
  kind: z.string(),
  command_id: z.string().describe('The command or activity event that caused it.'),
  recorded_at: timeText,
  reason: z.string().describe('Why, where somebody said so.'),
  case_id: z.string(),
  entries: z
    .array(z.strictObject({ account: z.string(), asset: z.string(), amount: amountText, lot_id: z.string() }))
    .describe('Signed; per asset they sum to zero.'),
  balances: z
    .array(
      z.strictObject({
        asset: z.string(),
        available: amountText,
        pending: amountText,
        held: amountText,
        debt: amountText,
      }),
    )
    .describe('Running balances after it, of the assets that it moved.'),
});

const transactionPage = z.strictObject({
  ...pageOf(transaction).shape,
  position: amountText,
  shard: z.int().min(0),
});

function viewOf(row: TransactionRow, after: readonly AssetBalance[]): z.output<typeof transaction> {
  const moved = new Set(row.entries.map(({ asset }) => asset));
  return {
    position: row.position.toString(),
    account_version: row.accountVersion.toString(),
    kind: row.kind,
    command_id: row.commandId,
    recorded_at: toRfc3339(row.recordedAtUs),
    reason: row.reason,
    case_id: row.caseId,
    entries: [...row.entries],
    balances: after
      .filter(({ asset }) => moved.has(asset))
      .map(({ asset, available, pending, held, debt }) => ({
        asset,
        available: available.toString(),
        pending: pending.toString(),
        held: held.toString(),
        debt: debt.toString(),
      })),
  };
}

/** What moved on a user's account. */
@Controller('v1/users/:id/transactions')
export class TransactionsController {
  constructor(private readonly statements: StatementsQuery) {}

  @Get()
  @Scopes('ledger:read')
  @Describe({
    summary: "List a user's transactions, newest first",
    answer: transactionPage,
    refusals: [LEDGER_ERROR_CODES.positionNotReached, LEDGER_ERROR_CODES.projectionStopped],
  })
  async list(
    @ZodParam('id', userIdParam) userId: string,
    @ZodQuery(listQuery) query: z.output<typeof listQuery>,
  ): Promise<z.output<typeof transactionPage>> {
    const place = await this.statements.place(userId, query.min_position);
    const size = query['page[size]'];
    const before = cursorNumber(query['page[after]']?.[0]);
    const rows = await this.statements.transactions({ userId, limit: size + 1 }, before);
    const page = toPage(rows, size, (row) => [row.position.toString()]);
    const balances = await this.statements.balancesAfter(
      userId,
      page.items.map(({ position }) => position),
    );
    return {
      items: page.items.map((row) => viewOf(row, balances.get(row.position) ?? [])),
      next: page.next,
      ...place,
    };
  }
}
