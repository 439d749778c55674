import { eventually } from '@kuda/testing';
import { randomUUID } from 'node:crypto';
import type { Api } from '../story/api';
import { available, readBalances, WELCOME } from '../story/earn';

/** Registers a verified user over HTTP and waits for the five welcome hours: the shortest way to something to redeem. */
export async function waitForWelcome(api: Api, user: string): Promise<void> {
  await api.post(
    'behavior-ingest',
    '/v1/events',
    {
      specversion: '1.0',
      id: randomUUID(),
      source: '/kuda/e2e',
      type: 'ai.kuda.account.registered.v1',
      subject: user,
      time: new Date().toISOString(),
      data: { person_key: randomUUID(), verified: true },
    },
    { 'content-type': 'application/cloudevents+json' },
  );
  await eventually(async () => available(await readBalances(api, user), WELCOME) === 18_000n, {
    timeoutMs: 30_000,
  });
}
