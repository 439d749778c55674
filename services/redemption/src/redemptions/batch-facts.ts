import type { SqlClient } from '@kuda/event-store';
import { calendarOf, dayOf } from '@kuda/rules';
import type { Policy } from '../domain/offer';
import type { RedemptionRow } from './redemption.row';
import type { SagaCommand } from './saga-command';

/**
 * What the decisions of one batch need to know beside their streams. Read before the batch, and kept up to date while
 * it is decided, so that the second of two requests in one batch sees the first.
 */
export interface BatchFacts {
  readonly live: Map<string, number>;
  readonly usedQuotes: Set<string>;
  /** Early failures forgiven, by `earlyFailKey`. */
  readonly earlyFails: Map<string, number>;
  /** The rows to write beside the entries, the last one of each redemption. */
  readonly rows: Map<string, RedemptionRow>;
}

/** The calendar day of an instant by the policy's clock, as days since 1970-01-01. */
export function earlyFailDay(policy: Policy, atUs: bigint): number {
  return dayOf(calendarOf(policy.earlyFail.dayUtcOffsetMinutes), atUs);
}

export function earlyFailKey(userId: string, day: number): string {
  return `${String(day)}/${userId}`;
}

interface CountRow {
  readonly userId: string;
  readonly count: bigint;
}

/** Three reads at most, only for users of whom the batch asks something. */
export async function readBatchFacts(sql: SqlClient, commands: readonly SagaCommand[]): Promise<BatchFacts> {
  const requests = commands.flatMap(({ input }) => (input.type === 'request' ? [input.terms] : []));
  const ended = commands.flatMap(({ input, userId }) => (input.type === 'session_ended' ? [userId] : []));
  const facts: BatchFacts = {
    live: new Map(),
    usedQuotes: new Set(),
    earlyFails: new Map(),
    rows: new Map(),
  };
  if (requests.length > 0) {
    const users = requests.map(({ userId }) => userId);
    for (const { userId, count } of await countLive(sql, users)) facts.live.set(userId, Number(count));
    const quotes = requests.map(({ quoteId }) => quoteId);
    for (const quoteId of await usedQuotes(sql, quotes)) facts.usedQuotes.add(quoteId);
  }
  if (ended.length > 0) {
    for (const { userId, day, count } of await countEarlyFails(sql, ended)) {
      facts.earlyFails.set(earlyFailKey(userId, day), Number(count));
    }
  }
  return facts;
}

async function countLive(sql: SqlClient, users: readonly string[]): Promise<readonly CountRow[]> {
  const { rows } = await sql.query<CountRow>(
    `select user_id as "userId", count(*) as count from redemption
      where user_id = any ($1) and is_live group by user_id`,
    [users],
  );
  return rows;
}

async function usedQuotes(sql: SqlClient, quotes: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql.query<{ quoteId: string }>(
    'select quote_id as "quoteId" from redemption where quote_id = any ($1)',
    [quotes],
  );
  return rows.map(({ quoteId }) => quoteId);
}

async function countEarlyFails(
  sql: SqlClient,
  users: readonly string[],
): Promise<readonly (CountRow & { readonly day: number })[]> {
  const { rows } = await sql.query<CountRow & { day: number }>(
    `select user_id as "userId", early_fail_day as day, count(*) as count from redemption
      where user_id = any ($1) and early_fail_day is not null group by user_id, early_fail_day`,
    [users],
  );
  return rows;
}
