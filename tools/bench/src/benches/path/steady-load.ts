import { setTimeout as sleep } from 'node:timers/promises';
import { createKafkaBus, type KafkaBus } from '@kuda/messaging';
import { Arrivals, followBalances, SILENT } from './arrivals';
import { eventMessage, type Crowd } from './load';

const TICK_MS = 10;
const DRAIN_LIMIT_MS = 120_000;
const POLL_MS = 20;
/** Each user acts about so often in a phase. */
const EVENTS_PER_USER = 10;
const LEAST_USERS = 100;

/** What one phase at a fixed rate gave. */
export interface SteadyResult {
  readonly rate: number;
  /** Events a second from the first one due to the last balance. */
  readonly achieved: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Sent and not answered when the sending ended. */
  readonly backlog: number;
  readonly stages: string;
}

/** The bench's own ends of the bus: one producer, one reader of balances. */
export class SteadyLoad {
  private arrivals: Arrivals | null = null;

  private constructor(private readonly bus: KafkaBus) {}

  static async open(brokers: string): Promise<{ load: SteadyLoad; close: () => Promise<void> }> {
    const bus = createKafkaBus({ brokers: brokers.split(','), clientId: 'bench', logger: SILENT });
    const load = new SteadyLoad(bus);
    const endReading = await followBalances(bus, (message) => load.arrivals?.received(message));
    const close = async (): Promise<void> => {
      await endReading();
      await bus.close();
    };
    return { load, close };
  }

  /** Sends `rate` events a second for so long, whatever comes back, and then waits for every balance. */
  async run(name: string, rate: number, seconds: number): Promise<SteadyResult> {
    const size = Math.max(Math.ceil((rate * seconds) / EVENTS_PER_USER), LEAST_USERS);
    const crowd: Crowd = { name, size };
    const arrivals = new Arrivals(crowd);
    this.arrivals = arrivals;
    const startedAt = Date.now();
    const sends = await this.send(crowd, arrivals, { rate, count: Math.round(rate * seconds), startedAt });
    const backlog = arrivals.backlog;
    await drained(arrivals);
    const { whole, untilRecorded, untilPublished } = arrivals.stages;
    const p50 = (part: { percentileMs(percentile: number): number }) => part.percentileMs(50).toFixed(0);
    return {
      rate,
      achieved: sends / ((Date.now() - startedAt) / 1_000),
      p50Ms: whole.percentileMs(50),
      p99Ms: whole.percentileMs(99),
      backlog,
      stages: `p50 ${p50(untilRecorded)} ms until recorded, ${p50(untilPublished)} ms until published`,
    };
  }

  /** An open loop: an event is due at its instant; a late send counts against us. */
  private async send(
    crowd: Crowd,
    arrivals: Arrivals,
    { rate, count, startedAt }: { readonly rate: number; readonly count: number; readonly startedAt: number },
  ): Promise<number> {
    let sent = 0;
    while (sent < count) {
      const due = Math.min(Math.floor(((Date.now() - startedAt) * rate) / 1_000), count);
      const messages = [];
      for (; sent < due; sent += 1) {
        arrivals.sent(sent, startedAt + (sent / rate) * 1_000);
        messages.push(eventMessage(crowd, sent));
      }
      if (messages.length > 0) await this.bus.publisher.publish(messages);
      await sleep(TICK_MS);
    }
    return sent;
  }
}

async function drained(arrivals: Arrivals): Promise<void> {
  const deadline = Date.now() + DRAIN_LIMIT_MS;
  while (arrivals.backlog > 0) {
    if (Date.now() > deadline) throw new Error(`${String(arrivals.backlog)} events without a balance`);
    await sleep(POLL_MS);
  }
}
