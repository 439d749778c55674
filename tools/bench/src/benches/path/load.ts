import type { OutgoingMessage } from '@kuda/messaging';
import { TOPICS } from '@kuda/contracts';

const HEADERS = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
/** Of ten events so many are logins; the rest are completed jobs. */
const LOGINS_OF_TEN = 7;

/** The users of one phase: fresh ones, so that a user's n-th event is the account's version n. */
export interface Crowd {
  readonly name: string;
  readonly size: number;
}

export function userOf({ name, size }: Crowd, index: number): string {
  return `${name}-${String(index % size)}`;
}

/** The `index`-th event of a phase, as the platform would send it. */
export function eventMessage(crowd: Crowd, index: number): OutgoingMessage {
  const subject = userOf(crowd, index);
  const id = `${crowd.name}-${String(index)}`;
  const login = index % 10 < LOGINS_OF_TEN;
  const data = login
    ? { method: 'password' }
    : { job_id: id, status: 'succeeded', device_seconds: 1200, fingerprint: id };
  const event = {
    specversion: '1.0',
    id,
    source: '/platform/bench',
    type: login ? 'ai.kuda.session.login.v1' : 'ai.kuda.training.job.completed.v1',
    subject,
    time: new Date().toISOString(),
    data,
  };
  return {
    topic: TOPICS.activityEvents.name,
    key: subject,
    value: Buffer.from(JSON.stringify(event)),
    headers: HEADERS,
  };
}
