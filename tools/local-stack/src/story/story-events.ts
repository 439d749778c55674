import { randomUUID } from 'node:crypto';

/** An activity event as CloudEvents JSON. */
export interface ActivityEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: Readonly<Record<string, unknown>>;
}

export const STORY_SOURCE = '/kuda/story';
export const STORY_POINTS = 120n;
export const STORY_GPU_SECONDS = 18_000n;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Rules count calendar days of Asia/Shanghai, which has no daylight saving. */
const SHANGHAI_OFFSET_MS = 8 * HOUR_MS;
const MINUTES_OF_A_JOB = 20;
const LOGIN_DAYS = 7;
const JOB_DAYS = 5;

/**
 * The ten days of DOMAIN.md section 3, in order of time, for a user who has done nothing before: 120 points and
 * 18,000 GPU seconds. Every event stands in the middle hours of a Shanghai day, whatever the hour now is.
 */
export function storyEvents(user: string, nowMs: number): readonly ActivityEvent[] {
  const modelId = `${user}-model`;
  const event = (
    daysAgo: number,
    hour: number,
    type: string,
    data: ActivityEvent['data'],
  ): ActivityEvent => ({
    specversion: '1.0',
    id: randomUUID(),
    source: STORY_SOURCE,
    type: `ai.kuda.${type}.v1`,
    subject: user,
    time: new Date(shanghaiHour(nowMs, daysAgo, hour)).toISOString(),
    datacontenttype: 'application/json',
    data,
  });
  const job = (number: number): ActivityEvent['data'] => ({
    job_id: `${user}-job-${String(number)}`,
    status: 'succeeded',
    device_seconds: MINUTES_OF_A_JOB * 60,
    fingerprint: `${user}-fingerprint-${String(number)}`,
    gpu_count: 1,
  });
  const events = [
    event(10, 9, 'account.registered', { person_key: `person-${randomUUID()}`, verified: true }),
    event(10, 10, 'account.factor_enrolled', { factor: 'totp' }),
    ...range(LOGIN_DAYS).map((day) => event(10 - day, 11, 'session.login', { method: 'password' })),
    ...range(JOB_DAYS).map((day) => event(9 - day, 13, 'training.job.completed', job(day + 1))),
    event(5, 15, 'model.published', { model_id: modelId, verified: true }),
    event(3, 12, 'model.shared', { model_id: modelId }),
  ];
  return events.toSorted((one, other) => Date.parse(one.time) - Date.parse(other.time));
}

/** This hour of the Shanghai day that was so many days ago. */
function shanghaiHour(nowMs: number, daysAgo: number, hour: number): number {
  const today = Math.floor((nowMs + SHANGHAI_OFFSET_MS) / DAY_MS);
  return (today - daysAgo) * DAY_MS - SHANGHAI_OFFSET_MS + hour * HOUR_MS;
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
