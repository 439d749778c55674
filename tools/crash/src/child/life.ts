import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createCommitter,
  createPool,
  DueTicker,
  dueStreams,
  readOffsets,
  Relay,
  relayPosition,
  type Clock,
  type LogCommitter,
  type OnFault,
  type SqlPool,
} from '@kuda/event-store';
import { Random } from '../plan/random';
import type { TillCommand } from '../till/till';
import { tillPolicy } from '../till/till.policy';
import { openBus, recordsOf, type LifeBus } from './bus';
import { deliver } from './feeder';
import { KillSwitch } from './kill-switch';
import { RELAY_NAME, type LifeOrder, type Report } from './protocol';
import { Sender } from './sender';

/** By then everything that waits has matured. */
const END_OF_TIME_MS = 3_600_000;
/** How long the end may take: 10 s. */
const MAX_POLLS = 2_000;
const POLL_MS = 5;

/** Real time, moved as the order says. */
class JumpingClock implements Clock {
  private offsetMs = 0;

  constructor(
    private readonly order: LifeOrder,
    private readonly answers: () => number,
  ) {}

  nowUs(): bigint {
    const answers = this.answers();
    const jump = this.order.clock.findLast((planned) => planned.answers <= answers);
    return BigInt(Math.round((Date.now() + this.offsetMs + (jump?.offsetMs ?? 0)) * 1_000));
  }

  end(): void {
    this.offsetMs = END_OF_TIME_MS;
  }
}

interface Parts {
  readonly order: LifeOrder;
  readonly pool: SqlPool;
  readonly committer: LogCommitter<TillCommand>;
  readonly clock: JumpingClock;
  readonly sender: Sender;
  readonly bus: LifeBus | null;
  readonly fatal: (error: Error) => void;
}

async function feedAll({ order, pool, sender, bus, fatal }: Parts): Promise<void> {
  const stored = new Map(
    (await readOffsets(pool)).map(({ topic, nextOffset }) => [topic, Number(nextOffset)]),
  );
  const overBus = new Set(Object.values(order.bus?.inputs ?? {}));
  const own = order.feeds.filter(({ name }) => !overBus.has(name));
  const fed = own.map((feed, index) => {
    const from = feed.from === 'partition' ? (stored.get(feed.name) ?? 0) : order.answeredCalls;
    return deliver(feed, from, new Random(order.seed + index), sender);
  });
  if (bus !== null && overBus.size > 0) fed.push(bus.consume(order.feeds, sender, fatal));
  await Promise.all(fed);
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let polls = 0; polls < MAX_POLLS; polls += 1) {
    if (await holds().catch(() => false)) return;
    await sleep(POLL_MS);
  }
  throw new Error(`the life does not come to its end: ${what}`);
}

function relayOf({ order, pool, committer, bus, fatal }: Parts, kill: KillSwitch): Relay | null {
  const target = order.bus;
  if (bus === null || target === null) return null;
  return new Relay({
    name: RELAY_NAME,
    sql: pool,
    committer,
    publisher: bus.publisher,
    tail: bus.tail,
    toRecords: (entry) => recordsOf(target, entry),
    topics: [target.events, target.balances],
    compactedTopics: [target.balances],
    onFatal: fatal,
    onPoint: kill.at,
  });
}

/** Runs committer, ticker, relay and senders until everything is dealt with, or until the kill. */
export async function live(
  order: LifeOrder,
  tell: (report: Report) => void,
  fatal: (error: Error) => void,
): Promise<void> {
  const kill = new KillSwitch(order.kill);
  const pool = createPool(order.databaseUrl, { applicationName: `crash ${order.owner}` });
  const owner = `${order.owner} ${hostname()} ${String(process.pid)}`;
  let answers = (): number => 0;
  const clock = new JumpingClock(order, () => answers());
  const onFault: OnFault<TillCommand> = ({ commandId }, { status }) => {
    // A conflict is answered with the entry that has the id: nothing is lost with it.
    if (status === 'faulted') tell({ type: 'aside', commandId });
    return Promise.resolve();
  };
  const options = { pool, policy: tillPolicy, clock, owner, onFatal: fatal, onFault, onPoint: kill.at };
  const committer = createCommitter(options);
  const sender = new Sender(committer, tell);
  answers = () => sender.answers;
  const bus = order.bus === null ? null : await openBus(order.bus, pool);
  const parts: Parts = { order, pool, committer, clock, sender, bus, fatal };
  await committer.start();
  const ticker = new DueTicker({ sql: pool, committer, clock, onFatal: fatal });
  const relay = relayOf(parts, kill);
  ticker.start();
  relay?.start();

  await feedAll(parts);
  clock.end();
  await until('everything that waits matures', async () => {
    await ticker.tick();
    return (await dueStreams(pool, clock.nowUs(), 1)).length === 0;
  });
  await ticker.stop();
  await committer.stop();
  if (relay !== null) {
    await until('the relay has published everything', async () => {
      return (await relayPosition(pool, RELAY_NAME)) === committer.position;
    });
  }
  await relay?.stop();
  await bus?.close();
  await pool.end();
  tell({ type: 'done', points: kill.passed });
}
