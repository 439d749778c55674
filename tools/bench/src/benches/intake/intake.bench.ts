import { TOPICS } from '@kuda/contracts';
import type { OutgoingMessage } from '@kuda/messaging';
import type { Bench, BenchOptions, BenchResult, Limit, Measurement } from '../../frame/bench';
import { eventId, eventText, userOf } from './activity';
import { BATCH, HttpLoad, type HttpResult } from './http-load';
import { IngestProcess } from './ingest-process';
import { IntakeLog } from './intake-log';

const DEFAULT_SECONDS = 15;
const WARM_UP_SECONDS = 3;
const HTTP_BOUND = 5_000;
const BUS_BOUND = 10_000;
/** Records that stand on the topic before the service starts, for each second asked for: twice what it must hold. */
const BUS_BACKLOG_PER_SECOND = 2 * BUS_BOUND;
const PUBLISHED_AT_ONCE = 2_000;
const DRAIN_LIMIT_MS = 300_000;
const STRUCTURED = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
const SHED = [429, 503];
const ACCEPTED = 202;

/** Intake alone, as a process of its own: events that are durable a second, by HTTP and from the bus. */
export const intakeBench: Bench = {
  name: 'intake',
  summary:
    'activity events accepted and durable a second, by HTTP in batches of 100 and from Kafka, and twice that load',
  run: async (options) => {
    const service = await IngestProcess.create(options);
    const log = await startedLog(service, options);
    const load = new HttpLoad(service.url, service.token);
    options.cleanUp(() => {
      load.close();
      return Promise.resolve();
    });
    const seconds = options.seconds ?? DEFAULT_SECONDS;
    const http = await measureHttp({ service, log, load }, seconds, options);
    const bus = await measureBus(service, log, seconds, options);
    const results = [...http.rows, ...bus.rows];
    return {
      results,
      ratios: { http_over_5000: http.rate / HTTP_BOUND, bus_over_10000: bus.rate / BUS_BOUND },
      limits: [...http.limits, ...bus.limits],
      servers: { ...service.about, kafka: 'one node, acks=all' },
      audit: [
        'every event answered as accepted is in the log, also after an overload',
        'every record of the bus has its entry',
      ],
    } satisfies BenchResult;
  },
};

async function startedLog(service: IngestProcess, options: BenchOptions): Promise<IntakeLog> {
  await service.start();
  const log = await IntakeLog.open(service.databaseUrl);
  options.cleanUp(() => log.close());
  return log;
}

interface Measured {
  readonly rate: number;
  readonly rows: readonly Measurement[];
  readonly limits: readonly Limit[];
}

interface Parts {
  readonly service: IngestProcess;
  readonly log: IntakeLog;
  readonly load: HttpLoad;
}

async function measureHttp(
  { service, log, load }: Parts,
  seconds: number,
  options: BenchOptions,
): Promise<Measured> {
  await load.closedLoop('warm', Math.min(WARM_UP_SECONDS, seconds));
  const cpu = service.cpu();
  const steady = await load.closedLoop('steady', seconds);
  const costs = costOf(cpu(), steady.accepted.length);
  const rate = steady.accepted.length / steady.seconds;
  options.say(`${describe('http', steady)}; ${costs}`);
  const over = await load.openLoop('over', 2 * Math.max(rate, HTTP_BOUND), seconds);
  options.say(describe('http at twice the load', over));
  const missing = (await log.missing(steady.accepted)) + (await log.missing(over.accepted));
  if (missing > 0) throw new Error(`${String(missing)} accepted events are missing`);
  if (!service.alive) throw new Error('the service did not survive twice its load');
  const after = await load.closedLoop('after', 1);
  if (after.accepted.length === 0) throw new Error('the service takes nothing after an overload');
  return {
    rate,
    rows: [
      { ...rowOf(`http, batches of ${String(BATCH)}`, steady), note: `latency of a request; ${costs}` },
      { ...rowOf('http, twice the load', over), note: answersOf(over) },
    ],
    limits: [
      { what: 'events/s by HTTP', measured: rate, at: 'least', bound: HTTP_BOUND },
      {
        what: 'other answers than 202, 429, 503 under twice the load',
        measured: othersOf(over),
        at: 'most',
        bound: 0,
      },
      { what: 'refusals without Retry-After', measured: over.withoutRetryAfter, at: 'most', bound: 0 },
    ],
  };
}

/** A backlog that stands there when the service starts: the way a bus brings more than can be taken. */
async function measureBus(
  service: IngestProcess,
  log: IntakeLog,
  seconds: number,
  options: BenchOptions,
): Promise<Measured> {
  await service.stop();
  const before = await log.position();
  const count = BUS_BACKLOG_PER_SECOND * seconds;
  await publishBacklog(service, count);
  const started = performance.now();
  await service.start();
  const cpu = service.cpu();
  const from = await log.position();
  await log.until('drained', async () => (await log.position()) >= before + count, DRAIN_LIMIT_MS);
  const total = (performance.now() - started) / 1_000;
  const recorded = await log.secondsBetween(before + 1, before + count);
  await log.until('published', async () => (await log.published()) >= before + count, DRAIN_LIMIT_MS);
  const costs = costOf(cpu(), before + count - from);
  const published = (performance.now() - started) / 1_000;
  const ids = Array.from({ length: count }, (_, index) => eventId('bus', index));
  const missing = await log.missing(ids);
  if (missing > 0) throw new Error(`${String(missing)} records of the bus are missing`);
  const rate = count / recorded;
  options.say(
    `bus: ${String(count)} records in ${recorded.toFixed(1)} s (${total.toFixed(1)} s with the start), published after ${published.toFixed(1)} s; ${costs}`,
  );
  return {
    rate,
    rows: [
      { ...row('kafka backlog, durable', rate), note: costs },
      row('kafka backlog, until published, start included', count / published),
    ],
    limits: [{ what: 'events/s from Kafka', measured: rate, at: 'least', bound: BUS_BOUND }],
  };
}

async function publishBacklog(service: IngestProcess, count: number): Promise<void> {
  const time = new Date().toISOString();
  const topic = TOPICS.activityEvents.name;
  for (let from = 0; from < count; from += PUBLISHED_AT_ONCE) {
    const size = Math.min(PUBLISHED_AT_ONCE, count - from);
    const messages = Array.from({ length: size }, (_, index): OutgoingMessage => {
      const value = Buffer.from(eventText('bus', from + index, time));
      return { topic, key: userOf(from + index), value, headers: STRUCTURED };
    });
    await service.bus.publisher.publish(messages);
  }
}

/** What stays comparable when others share the machine. */
function costOf(used: { readonly serviceUs: number; readonly postgresUs: number }, events: number): string {
  const each = (us: number): string => (us / events).toFixed(0);
  return `processor µs an event: service ${each(used.serviceUs)}, postgres ${each(used.postgresUs)}`;
}

function row(workload: string, rate: number): Measurement {
  return { system: 'kuda', workload, ops_per_second: rate, p50_ms: null, p99_ms: null };
}

function rowOf(workload: string, { accepted, seconds, latencies }: HttpResult): Measurement {
  return {
    system: 'kuda',
    workload,
    ops_per_second: accepted.length / seconds,
    p50_ms: latencies.percentileMs(50),
    p99_ms: latencies.percentileMs(99),
    note: 'latency of a request',
  };
}

function othersOf({ statuses }: HttpResult): number {
  return [...statuses].reduce(
    (sum, [status, count]) => sum + (status === ACCEPTED || SHED.includes(status) ? 0 : count),
    0,
  );
}

function answersOf({ statuses }: HttpResult): string {
  return [...statuses].map(([status, count]) => `${String(count)} × ${String(status)}`).join(', ');
}

function describe(name: string, result: HttpResult): string {
  const { accepted, seconds, latencies } = result;
  const latency = `p50 ${latencies.percentileMs(50).toFixed(0)} ms, p99 ${latencies.percentileMs(99).toFixed(0)} ms`;
  return `${name}: ${(accepted.length / seconds).toFixed(0)} events/s, ${latency}; ${answersOf(result)}`;
}
