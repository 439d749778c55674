import { randomBytes } from 'node:crypto';
import type { Progress } from '../console/progress';
import { StartFailure, type Stack } from '../stack/stack.types';
import { apiOf } from './api';
import {
  available,
  balanceText,
  POINT,
  readAwards,
  readBalances,
  sendStory,
  waitForEarnings,
  WELCOME,
} from './earn';
import { redeem, type Redeemed, type Wish } from './redeem';
import { printStory } from './story-report';
import type { StoryResult } from './story.types';

const HOUR_SECONDS = 3600;

/** Plays the story for a new user through the public interfaces only. */
export async function tellStory(stack: Stack, progress: Progress): Promise<StoryResult> {
  const api = await apiOf(stack);
  const user = `story-${randomBytes(4).toString('hex')}`;
  const events = await sendStory(stack, api, user);
  const count = String(events.http + events.kafka);
  progress.step(
    `${user}: ten days of activity sent, ${count} events (${String(events.http)} by HTTP, the rest by Kafka)`,
  );
  const earned = await waitForEarnings(api, user, progress);
  progress.step(`earned: ${balanceText(earned)}`);
  const redemptions: Redeemed[] = [];
  for (const wish of wishesOf(user)) {
    const redeemed = await redeem(api, wish, progress);
    check(redeemed);
    redemptions.push(redeemed);
    const { node, meteredSeconds } = redeemed.session;
    progress.step(
      `${wish.sku}: ran ${meteredSeconds.toLocaleString('en-US')} s on ${node}, settled (${redeemed.reason})`,
    );
  }
  const balances = await readBalances(api, user);
  return { user, events, awards: await readAwards(api, user), earned, redemptions, balances };
}

/** The two redemptions: eight hours of an A100 for the points alone, then one T4 hour of the welcome time. */
function wishesOf(user: string): readonly Wish[] {
  return [
    { user, sku: 'gpu.a100', gpuCount: 1, durationSeconds: 8 * HOUR_SECONDS, funding: 'points_only' },
    { user, sku: 'gpu.t4', gpuCount: 1, durationSeconds: HOUR_SECONDS, funding: 'hours_first' },
  ];
}

function check({ id, state, reason, session, wish }: Redeemed): void {
  if (state === 'settled' && session.meteredSeconds === wish.durationSeconds) return;
  const ran = `${String(session.meteredSeconds)} of ${String(wish.durationSeconds)} s`;
  throw new StartFailure(`Redemption ${id} (${wish.sku}) ended as ${state} (${reason}) after ${ran}.`);
}

/** Plays the story and prints it. */
export async function playStory(stack: Stack, progress: Progress): Promise<void> {
  const result = await tellStory(stack, progress);
  printStory(stack, result);
  const points = available(result.balances, POINT);
  const seconds = available(result.balances, WELCOME);
  if (points !== 0n || seconds !== 14_400n) {
    throw new StartFailure(
      `The story ended with ${balanceText(result.balances)} instead of 0 points and 14,400 GPU seconds.`,
    );
  }
}
