import { randomUUID } from 'node:crypto';
import type { Progress } from '../console/progress';
import { amounts, list, text, waitFor, type Api, type JsonObject } from './api';

const SETTLE_LIMIT_MS = 120_000;
const POLL_EVERY_MS = 100;
const ENDED: readonly string[] = ['settled', 'refused'];

export interface Wish {
  readonly user: string;
  readonly sku: string;
  readonly gpuCount: number;
  readonly durationSeconds: number;
  readonly funding: 'hours_first' | 'points_only';
}

/** A redemption that has come to its end, with the session that ran under it. */
export interface Redeemed {
  readonly id: string;
  readonly wish: Wish;
  readonly state: string;
  readonly reason: string;
  /** What was reserved, by asset. */
  readonly held: ReadonlyMap<string, bigint>;
  readonly captured: ReadonlyMap<string, bigint>;
  readonly released: ReadonlyMap<string, bigint>;
  readonly session: RanSession;
}

/** What the cluster's own stamps say. */
export interface RanSession {
  readonly node: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly meteredSeconds: number;
}

/** Quote, redeem, and wait until the ledger has settled what the cluster metered. */
export async function redeem(api: Api, wish: Wish, progress: Progress): Promise<Redeemed> {
  const position = await lastPosition(api, wish.user);
  const quote = await api.post('redemption', `/v1/quotes?min_position=${position}`, {
    user_id: wish.user,
    sku: wish.sku,
    gpu_count: wish.gpuCount,
    duration_seconds: wish.durationSeconds,
    funding: wish.funding,
  });
  const key = { 'idempotency-key': randomUUID() };
  const accepted = await api.post(
    'redemption',
    '/v1/redemptions',
    { quote_id: text(quote, 'quote_id') },
    key,
  );
  const id = text(accepted, 'redemption_id');
  const ended = await waitFor({
    what: `${wish.sku} for ${String(wish.durationSeconds / 3600)} h`,
    limitMs: SETTLE_LIMIT_MS,
    everyMs: POLL_EVERY_MS,
    read: () => api.get('redemption', `/v1/redemptions/${id}`),
    done: (redemption) => ENDED.includes(text(redemption, 'state')),
    show: (redemption) => text(redemption, 'state'),
    onProgress: (shown) => progress.live(shown),
  });
  const session = await api.get('gpu-scheduler', `/v1/sessions/${id}`);
  return {
    id,
    wish,
    state: text(ended, 'state'),
    reason: text(ended, 'reason'),
    held: amounts(ended, 'price'),
    captured: amounts(ended, 'captured'),
    released: amounts(ended, 'released'),
    session: sessionOf(session),
  };
}

/** The user's latest record: redemption prices with the balances it has heard of, and shall have heard of this one. */
async function lastPosition(api: Api, user: string): Promise<string> {
  const path = `/v1/users/${user}`;
  const balance = await api.get('points-ledger', `${path}/balance`);
  const query = `page[size]=1&min_position=${text(balance, 'position')}`;
  const latest = await api.get('points-ledger', `${path}/transactions?${query}`);
  return text(list(latest, 'items')[0] ?? {}, 'position');
}

function sessionOf(session: JsonObject): RanSession {
  return {
    node: text(session, 'node'),
    startedAt: text(session, 'started_at'),
    endedAt: text(session, 'ended_at'),
    meteredSeconds: Number(text(session, 'metered_seconds')),
  };
}
