import type { SqlClient } from '@kuda/event-store';
import { calendarOf, dayOf } from '@kuda/rules';
import type { GpuClass, Policy } from '../domain/offer';
import type { RedemptionRow } from './redemption.row';
import type { SagaCommand } from './saga-command';
import { readUsage, type Usage } from './usage.query';

/**
 * What the decisions of one batch need to know beside their streams. Read before the batch, and kept up to date while
 * it is decided, so that the second of two requests in one batch sees the first.
 */
export interface BatchFacts {
  readonly usage: Map<string, Usage>;
  /** The classes that the rolling window counts. */
  readonly windowClasses: readonly GpuClass[];
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

/** What the reads of a batch depend on. */
export interface FactsSource {
  readonly sql: SqlClient;
  readonly policy: Policy;
  readonly nowUs: bigint;
}

/** Three reads at most, only for users of whom the batch asks something. */
export async function readBatchFacts(
  { sql, policy, nowUs }: FactsSource,
  commands: readonly SagaCommand[],
): Promise<BatchFacts> {
  const requests = commands.flatMap(({ input }) => (input.type === 'request' ? [input.terms] : []));
  const ended = commands.filter(({ input }) => input.type === 'session_ended');
  const facts: BatchFacts = {
    usage: new Map(),
    windowClasses: policy.rollingWindow.gpuClasses,
    usedQuotes: new Set(),
    earlyFails: new Map(),
    rows: new Map(),
  };
  if (requests.length > 0) {
    const users = requests.map(({ userId }) => userId);
    const usage = await readUsage(sql, users, { policy, atUs: nowUs });
    for (const [userId, used] of usage) facts.usage.set(userId, used);
    const quotes = requests.map(({ quoteId }) => quoteId);
    for (const quoteId of await usedQuotes(sql, quotes)) facts.usedQuotes.add(quoteId);
  }
  if (ended.length > 0) {
    const counts = await countEarlyFails(sql, ended);
    for (const { userId, day, count } of counts)
      facts.earlyFails.set(earlyFailKey(userId, day), Number(count));
  }
  return facts;
}

async function usedQuotes(sql: SqlClient, quotes: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql.query<{ quoteId: string }>(
    'select quote_id as "quoteId" from redemption where quote_id = any ($1)',
    [quotes],
  );
  return rows.map(({ quoteId }) => quoteId);
}

interface EarlyFailRow {
  readonly userId: string;
  readonly day: number;
  readonly count: bigint;
}

/** Of the users who own these redemptions; of one that is requested in this very batch only the command knows it. */
async function countEarlyFails(
  sql: SqlClient,
  commands: readonly SagaCommand[],
): Promise<readonly EarlyFailRow[]> {
  const { rows } = await sql.query<EarlyFailRow>(
    `select user_id as "userId", early_fail_day as day, count(*) as count from redemption
      where user_id in (select user_id from redemption where redemption_id = any ($1) union select unnest($2::text[]))
        and early_fail_day is not null
      group by user_id, early_fail_day`,
    [commands.map(({ redemptionId }) => redemptionId), commands.map(({ userId }) => userId)],
  );
  return rows;
}
