import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Latencies } from '../../frame/latency';
import { eventId, eventText } from './activity';

/** The largest request of the interface. */
export const BATCH = 100;
/** Requests that a caller keeps under way: a few platform gateways. */
const WORKERS = 8;
/** An overload sends without waiting, up to so many requests under way. */
const MOST_UNDER_WAY = 1_000;
const MS_PER_SECOND = 1_000;
const ACCEPTED = 202;

/** What the service answered to one phase. */
export interface HttpResult {
  readonly seconds: number;
  readonly events: number;
  /** Requests by status; 0: the connection failed. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Ids that an answer has called accepted. */
  readonly accepted: readonly string[];
  readonly latencies: Latencies;
  /** Refusals without `Retry-After`. */
  readonly withoutRetryAfter: number;
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

/** Sends events over HTTP. */
export class HttpLoad {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: MOST_UNDER_WAY });

  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  close(): void {
    this.agent.destroy();
  }

  /** As fast as answers come, with a few requests under way. */
  async closedLoop(phase: string, seconds: number): Promise<HttpResult> {
    const run = this.newRun(phase);
    const until = performance.now() + seconds * MS_PER_SECOND;
    const worker = async (): Promise<void> => {
      while (performance.now() < until) await run.sendOne();
    };
    await Promise.all(Array.from({ length: WORKERS }, worker));
    return run.result();
  }

  /** At a rate of its own, whatever the answers are. */
  async openLoop(phase: string, eventsPerSecond: number, seconds: number): Promise<HttpResult> {
    const run = this.newRun(phase);
    const started = performance.now();
    const total = Math.floor((eventsPerSecond * seconds) / BATCH);
    const underWay = new Set<Promise<void>>();
    for (let sent = 0; sent < total;) {
      const due = Math.min(
        total,
        Math.floor(((performance.now() - started) / MS_PER_SECOND) * (eventsPerSecond / BATCH)),
      );
      while (sent < due && underWay.size < MOST_UNDER_WAY) {
        const one = run.sendOne().finally(() => underWay.delete(one));
        underWay.add(one);
        sent += 1;
      }
      await sleep(1);
    }
    await Promise.all(underWay);
    return run.result();
  }

  private newRun(phase: string) {
    const statuses = new Map<number, number>();
    const accepted: string[] = [];
    const latencies = new Latencies();
    const started = performance.now();
    let next = 0;
    let withoutRetryAfter = 0;
    const sendOne = async (): Promise<void> => {
      const from = next;
      next += BATCH;
      const time = new Date().toISOString();
      const texts = Array.from({ length: BATCH }, (_, index) => eventText(phase, from + index, time));
      const sentAt = performance.now();
      const { status, retryAfter } = await this.post(`[${texts.join(',')}]`);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status === ACCEPTED) {
        latencies.record(performance.now() - sentAt);
        for (let index = 0; index < BATCH; index += 1) accepted.push(eventId(phase, from + index));
      } else if (retryAfter === undefined && status !== 0) withoutRetryAfter += 1;
    };
    const result = (): HttpResult => ({
      seconds: (performance.now() - started) / MS_PER_SECOND,
      events: next,
      statuses,
      accepted,
      latencies,
      withoutRetryAfter,
    });
    return { sendOne, result };
  }

  private post(body: string): Promise<Answer> {
    return new Promise((resolve) => {
      const sending = request(
        `${this.url}/v1/events`,
        {
          method: 'POST',
          agent: this.agent,
          headers: {
            authorization: `Bearer ${this.token}`,
            'content-type': 'application/cloudevents-batch+json',
            'content-length': Buffer.byteLength(body),
          },
        },
        (response) => {
          response.resume();
          response.once('end', () => {
            resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] });
          });
        },
      );
      sending.once('error', () => {
        resolve({ status: 0, retryAfter: undefined });
      });
      sending.end(body);
    });
  }
}
