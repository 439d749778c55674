import { TOPICS } from '@kuda/contracts';
import type { Progress } from '../console/progress';
import { amountText } from '../console/table';
import { openPublisher } from '../stack/publisher';
import type { Stack } from '../stack/stack.types';
import { list, text, waitFor, type Api, type JsonObject } from './api';
import { STORY_GPU_SECONDS, STORY_POINTS, storyEvents, type ActivityEvent } from './story-events';

const EARN_LIMIT_MS = 60_000;
const POLL_EVERY_MS = 100;
/** Older events need the backfill scope; half a day of margin to the bound of 7 days. */
const BACKFILL_AGE_MS = 6.5 * 24 * 3_600_000;
export const WELCOME = 'GPU_SECOND/any';
export const POINT = 'POINT';

/** What a user has of one asset, in its smallest unit. */
export interface Balance {
  readonly asset: string;
  readonly available: bigint;
  readonly pending: bigint;
  readonly held: bigint;
}

/** One rule's part of what was earned. */
export interface Award {
  readonly rule: string;
  readonly asset: string;
  readonly times: number;
  readonly amount: bigint;
}

/**
 * Sends the ten days: what is older than the bound over HTTP with the backfill scope, the rest through Kafka as the
 * platform does. Returns how many events went which way.
 */
export async function sendStory(
  stack: Stack,
  api: Api,
  user: string,
): Promise<{ http: number; kafka: number }> {
  const now = Date.now();
  const events = storyEvents(user, now);
  const old = events.filter(({ time }) => now - Date.parse(time) > BACKFILL_AGE_MS);
  const recent = events.slice(old.length);
  const contentType = { 'content-type': 'application/cloudevents-batch+json' };
  const answer = await api.post('behavior-ingest', '/v1/events?backfill=true', old, contentType);
  const rejected = list(answer, 'rejected');
  if (rejected.length > 0)
    throw new Error(`intake rejected an event of the story: ${JSON.stringify(rejected)}`);
  const publisher = openPublisher(stack.brokers);
  try {
    await publisher.publish(recent.map(toMessage));
  } finally {
    await publisher.close();
  }
  return { http: old.length, kafka: recent.length };
}

/** A CloudEvent in Kafka's binary mode: attributes in headers, data as the value. */
function toMessage(event: ActivityEvent) {
  const { data, datacontenttype, ...attributes } = event;
  const headers = Object.entries(attributes).map(([name, value]) => [`ce_${name}`, value]);
  return {
    topic: TOPICS.activityEvents.name,
    key: event.subject,
    value: Buffer.from(JSON.stringify(data)),
    headers: { ...Object.fromEntries(headers), 'content-type': datacontenttype } as Record<string, string>,
  };
}

/** Reads the balances with the ledger's position. */
export async function readBalances(api: Api, user: string): Promise<readonly Balance[]> {
  const answer = await api.get('points-ledger', `/v1/users/${user}/balance`);
  return list(answer, 'balances').map((balance) => ({
    asset: text(balance, 'asset'),
    available: BigInt(text(balance, 'available') || '0'),
    pending: BigInt(text(balance, 'pending') || '0'),
    held: BigInt(text(balance, 'held') || '0'),
  }));
}

export function available(balances: readonly Balance[], asset: string): bigint {
  return balances.find((balance) => balance.asset === asset)?.available ?? 0n;
}

export function balanceText(balances: readonly Balance[]): string {
  const points = amountText(POINT, available(balances, POINT));
  return `${points} points, ${amountText(WELCOME, available(balances, WELCOME))} GPU seconds`;
}

/** Waits until the ledger has paid all of it. */
export function waitForEarnings(api: Api, user: string, progress: Progress): Promise<readonly Balance[]> {
  return waitFor({
    what: 'the balance',
    limitMs: EARN_LIMIT_MS,
    everyMs: POLL_EVERY_MS,
    read: () => readBalances(api, user).catch(() => []),
    done: (now) =>
      available(now, POINT) === STORY_POINTS * 1000n && available(now, WELCOME) === STORY_GPU_SECONDS,
    show: balanceText,
    onProgress: (shown) => progress.live(shown),
  });
}

/** Sums the decisions by rule, in the order in which the rules first paid. The story has less than one page. */
export async function readAwards(api: Api, user: string): Promise<readonly Award[]> {
  const byRule = new Map<string, Award>();
  for (const decision of (await readDecisions(api, user)).toReversed()) {
    const amount = BigInt(text(decision, 'amount_paid') || '0');
    if (amount === 0n) continue;
    const rule = text(decision, 'rule');
    const known = byRule.get(rule) ?? { rule, asset: text(decision, 'asset'), times: 0, amount: 0n };
    byRule.set(rule, { ...known, times: known.times + 1, amount: known.amount + amount });
  }
  return [...byRule.values()];
}

async function readDecisions(api: Api, user: string): Promise<readonly JsonObject[]> {
  const balance = await api.get('points-ledger', `/v1/users/${user}/balance`);
  const query = `page[size]=100&min_position=${text(balance, 'position')}`;
  const answer = await api.get('points-ledger', `/v1/users/${user}/decisions?${query}`);
  return list(answer, 'items');
}
