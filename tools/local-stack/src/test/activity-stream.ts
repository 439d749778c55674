import type { ActivityEvent } from '../story/story-events';

/** Random numbers in [0, 1) that a seed repeats (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A stream of activity: the same for the same seed but for the prefix of its users, models and event ids. */
export interface StreamOptions {
  readonly seed: number;
  readonly prefix: string;
  readonly lines: number;
  /** The stream ends before this moment, milliseconds since the epoch. */
  readonly endMs: number;
}

/** One line as it is published. */
export interface StreamLine {
  readonly key: string;
  readonly value: Buffer;
}

const USERS = 150;
const DAYS = 14;
/** Nothing in the stream is still pending when it is decided: the longest pending period is shorter than this. */
const DAYS_BEFORE_END = 4;
const DAY_MS = 86_400_000;
const REPEATED_SHARE = 0.03;
const BROKEN_SHARE = 0.02;
const MAX_JOB_SECONDS = 3_000;

/** Lines in order of time: first every user registers, then they log in, train, publish and share; some lines repeat. */
export function activityStream({ seed, prefix, lines, endMs }: StreamOptions): readonly StreamLine[] {
  const random = seeded(seed);
  const startMs = endMs - (DAYS + DAYS_BEFORE_END) * DAY_MS;
  const result: StreamLine[] = [];
  while (result.length < lines) {
    const index = result.length;
    const earlier = result[Math.floor(random() * index)];
    if (index > USERS && earlier !== undefined && random() < REPEATED_SHARE) {
      result.push(earlier);
      continue;
    }
    const user = `${prefix}-user-${String(index < USERS ? index : Math.floor(random() * USERS))}`;
    const activity = index < USERS ? registration(user) : activityOf(random, user, index);
    const atMs = startMs + Math.floor((index / lines) * DAYS * DAY_MS);
    const text = JSON.stringify(eventOf(`${prefix}-${String(index)}`, user, atMs, activity));
    const broken = index >= USERS && random() < BROKEN_SHARE;
    result.push({ key: user, value: Buffer.from(broken ? text.slice(0, text.length / 2) : text) });
  }
  return result;
}

type Activity = Pick<ActivityEvent, 'type' | 'data'>;

function registration(user: string): Activity {
  return { type: 'account.registered', data: { person_key: `person-of-${user}`, verified: true } };
}

function activityOf(random: () => number, user: string, index: number): Activity {
  const share = random();
  if (share < 0.35) return { type: 'session.login', data: { method: 'password' } };
  if (share < 0.85) {
    const device_seconds = Math.floor(random() * MAX_JOB_SECONDS);
    const job = { job_id: `${user}-job-${String(index)}`, fingerprint: `${user}-print-${String(index)}` };
    return {
      type: 'training.job.completed',
      data: { ...job, status: 'succeeded', device_seconds, gpu_count: 1 },
    };
  }
  if (share < 0.9) return { type: 'account.factor_enrolled', data: { factor: 'totp' } };
  const model_id = `${user}-model-${String(Math.floor(random() * 3))}`;
  return share < 0.95
    ? { type: 'model.published', data: { model_id, verified: true } }
    : { type: 'model.shared', data: { model_id } };
}

function eventOf(id: string, subject: string, atMs: number, { type, data }: Activity): ActivityEvent {
  return {
    specversion: '1.0',
    id,
    source: '/test/crash-replay',
    type: `ai.kuda.${type}.v1`,
    subject,
    time: new Date(atMs).toISOString(),
    datacontenttype: 'application/json',
    data,
  };
}
