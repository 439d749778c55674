import { compareLots, lotsOf, pendingOf, type Lot } from '@kuda/ledger-core';
import { Describe, pageQuery, Scopes, toPage, ZodParam, ZodQuery, type Page } from '@kuda/service-kit';
import { Controller, Get } from '@nestjs/common';
import { z } from 'zod';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { minPosition, userIdParam } from '../ledger/request.schema';
import { AccountQuery, type AccountAt } from './account.query';
import { holdList, holdView, lotPage, lotView, pendingPage, pendingView } from './holdings.view';

const LOT_KEY_PARTS = 3;

const lotsQuery = z.strictObject({
  ...pageQuery(LOT_KEY_PARTS),
  'filter[asset]': z.string().min(1).max(128).optional(),
  min_position: minPosition,
});
const pendingQuery = z.strictObject({ ...pageQuery(), min_position: minPosition });
const holdsQuery = z.strictObject({ min_position: minPosition });

const refusals = [LEDGER_ERROR_CODES.positionNotReached];

/** The place of a lot in spending order, as a cursor keeps it. */
function keyOf({ priority, expiresAtUs, id }: Lot): readonly string[] {
  return [String(priority), expiresAtUs.toString(), id];
}

function isAfter(lot: Lot, cursor: readonly string[] | undefined): boolean {
  const [priority, expires = '', id = ''] = cursor ?? [];
  if (priority === undefined || !/^\d{1,18}$/.test(expires)) return true;
  return compareLots(lot, { priority: Number(priority), expiresAtUs: BigInt(expires), id }) > 0;
}

/** The first items of an iteration: it goes no further than it must. */
function take<T>(items: Iterable<T>, limit: number, wanted: (item: T) => boolean): T[] {
  const taken: T[] = [];
  for (const item of items) {
    if (taken.length >= limit) break;
    if (wanted(item)) taken.push(item);
  }
  return taken;
}

/** What a user's balance is made of: lots, awards that wait, holds. */
@Controller('v1/users/:id')
export class HoldingsController {
  constructor(private readonly accounts: AccountQuery) {}

  @Get('lots')
  @Scopes('ledger:read')
  @Describe({
    summary: "List a user's lots in the order in which they are spent and expire",
    answer: lotPage,
    refusals,
  })
  async lots(
    @ZodParam('id', userIdParam) userId: string,
    @ZodQuery(lotsQuery) query: z.output<typeof lotsQuery>,
  ): Promise<z.output<typeof lotPage>> {
    const at = await this.accounts.now(userId, query.min_position);
    const size = query['page[size]'];
    const all = lotsOf(at.account, query['filter[asset]'] ?? null);
    const found = take(all, size + 1, (lot) => isAfter(lot, query['page[after]']));
    return paged(at, toPage(found, size, keyOf), lotView);
  }

  @Get('pending')
  @Scopes('ledger:read')
  @Describe({
    summary: "List a user's awards that wait, with when they mature or what keeps them",
    answer: pendingPage,
    refusals,
  })
  async pending(
    @ZodParam('id', userIdParam) userId: string,
    @ZodQuery(pendingQuery) query: z.output<typeof pendingQuery>,
  ): Promise<z.output<typeof pendingPage>> {
    const at = await this.accounts.now(userId, query.min_position);
    const size = query['page[size]'];
    const after = query['page[after]']?.[0] ?? '';
    const found = take(pendingOf(at.account), size + 1, ({ lotId }) => lotId > after);
    return paged(
      at,
      toPage(found, size, ({ lotId }) => [lotId]),
      pendingView,
    );
  }

  @Get('holds')
  @Scopes('ledger:read')
  @Describe({ summary: "List a user's open holds, with the lots they reserve", answer: holdList, refusals })
  async holds(
    @ZodParam('id', userIdParam) userId: string,
    @ZodQuery(holdsQuery) query: z.output<typeof holdsQuery>,
  ): Promise<z.output<typeof holdList>> {
    const { account, position, shard } = await this.accounts.now(userId, query.min_position);
    return { items: account.holds.map(holdView), position: position.toString(), shard };
  }
}

function paged<From, To>(
  { position, shard }: AccountAt,
  page: Page<From>,
  view: (from: From) => To,
): { items: To[]; next: string | null; position: string; shard: number } {
  return { items: page.items.map(view), next: page.next, position: position.toString(), shard };
}
