import { TOPICS } from '@kuda/contracts';
import { eventually } from '@kuda/testing';
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { openPublisher } from '../stack/publisher';
import type { Stack } from '../stack/stack.types';
import { apiOf, text, type Api } from '../story/api';
import { waitForWelcome } from './earn-welcome';
import { hopTable } from './hop-table';
import { chainTo, filesOf, startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from './otlp-receiver';
import { STACK_LIMIT_MS, withStack } from './test-stack';
import { readTopic } from './topic-records';

const PATIENCE = { timeoutMs: 30_000, everyMs: 200 };

/** A W3C trace context whose sender wants the trace to be kept. */
function newTraceparent(): { readonly traceId: string; readonly traceparent: string } {
  const traceId = randomBytes(16).toString('hex');
  return { traceId, traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` };
}

/** Waits until the whole way to the span has been exported: spans of different processes come in any order. */
function wayTo(receiver: OtlpReceiver, traceparent: string, hops: number): Promise<readonly ReceivedSpan[]> {
  const [, , spanId = ''] = traceparent.split('-');
  return eventually(() => {
    const chain = chainTo(spanId, receiver.spans);
    if (filesOf(chain).length >= hops) return chain;
    const files = JSON.stringify(filesOf(chain), null, 1);
    throw new Error(`the trace to ${traceparent} has only ${files}`);
  }, PATIENCE);
}

async function sendTraced(stack: Stack, user: string, traceparent: string): Promise<void> {
  const publisher = openPublisher(stack.brokers);
  const headers = {
    ce_specversion: '1.0',
    ce_id: randomUUID(),
    ce_source: '/kuda/e2e',
    ce_type: 'ai.kuda.account.factor_enrolled.v1',
    ce_time: new Date().toISOString(),
    ce_subject: user,
    'content-type': 'application/json',
    traceparent,
  };
  const value = Buffer.from('{"factor":"totp"}');
  await publisher.publish([{ topic: TOPICS.activityEvents.name, key: user, value, headers }]);
  await publisher.close();
}

/** The Job of a session as the Kubernetes API shows it. */
async function readJob(stack: Stack, orderId: string): Promise<{ readonly metadata: JobMetadata }> {
  const config = JSON.parse(readFileSync(stack.kubeconfig, 'utf8')) as Kubeconfig;
  const [{ cluster }] = config.clusters;
  const [{ user }] = config.users;
  const path = `/apis/batch/v1/namespaces/gpu-sessions/jobs/session-${orderId}`;
  const response = await fetch(`${cluster.server}${path}`, {
    headers: { authorization: `Bearer ${user.token}` },
  });
  if (!response.ok) throw new Error(`the Job is not there: ${String(response.status)}`);
  return (await response.json()) as { readonly metadata: JobMetadata };
}

interface JobMetadata {
  readonly annotations: Readonly<Record<string, string>>;
}

interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: { readonly server: string } }];
  readonly users: readonly [{ readonly user: { readonly token: string } }];
}

async function redeemTraced(api: Api, user: string, traceparent: string): Promise<string> {
  const wish = { user_id: user, sku: 'gpu.t4', gpu_count: 1, duration_seconds: 7200 };
  const quote = await eventually(() => api.post('redemption', '/v1/quotes', wish), PATIENCE);
  const headers = { 'idempotency-key': randomUUID(), traceparent };
  const redemption = await api.post(
    'redemption',
    '/v1/redemptions',
    { quote_id: text(quote, 'quote_id') },
    headers,
  );
  return text(redemption, 'redemption_id');
}

describe('one trace', () => {
  it(
    'can be followed from an activity event to its award, and from a redemption request to its Job',
    async () => {
      const receiver = await startOtlpReceiver();
      try {
        await withStack({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint } }, async (stack) => {
          const api = await apiOf(stack);
          const user = `trace-${randomBytes(4).toString('hex')}`;
          await waitForWelcome(api, user);

          const event = newTraceparent();
          await sendTraced(stack, user, event.traceparent);
          const records = await readTopic(stack.brokers, TOPICS.ledgerEvents.name, (found) =>
            found.some(({ headers }) => headers['traceparent']?.includes(event.traceId) === true),
          );
          const award = records.find(
            ({ headers }) => headers['traceparent']?.includes(event.traceId) === true,
          );
          const eventHops = hopTable('The way of an activity event');
          expect(eventHops.length).toBeGreaterThan(3);
          const eventWay = await wayTo(receiver, award?.headers['traceparent'] ?? '', eventHops.length);
          expect(eventWay[0]?.parentSpanId).toBe(event.traceparent.split('-')[2]);
          expect(filesOf(eventWay)).toEqual(eventHops);

          const request = newTraceparent();
          const orderId = await redeemTraced(api, user, request.traceparent);
          const job = await eventually(() => readJob(stack, orderId), PATIENCE);
          const annotation = job.metadata.annotations['kuda.ai/traceparent'] ?? '';
          expect(annotation).toContain(request.traceId);
          const redemptionHops = hopTable('The way of a redemption');
          expect(redemptionHops.length).toBeGreaterThan(8);
          const redemptionWay = await wayTo(receiver, annotation, redemptionHops.length);
          expect(redemptionWay[0]?.parentSpanId).toBe(request.traceparent.split('-')[2]);
          expect(filesOf(redemptionWay)).toEqual(redemptionHops);
        });
      } finally {
        await receiver.stop();
      }
    },
    STACK_LIMIT_MS,
  );
});
