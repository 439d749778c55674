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
  entries: z
    .array(z.strictObject({ account: z.string(), asset: z.string(), amount: amountText, lot_id: z.string() }))
    .describe('Signed; per asset they sum to zero.'),
});

const transactionPage = z.strictObject({
  ...pageOf(transaction).shape,
  position: amountText,
  shard: z.int().min(0),
});

function viewOf(row: TransactionRow): z.output<typeof transaction> {
  return {
    position: row.position.toString(),
    account_version: row.accountVersion.toString(),
    kind: row.kind,
    command_id: row.commandId,
    recorded_at: toRfc3339(row.recordedAtUs),
    entries: [...row.entries],
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
    return { items: page.items.map(viewOf), next: page.next, ...place };
  }
}
