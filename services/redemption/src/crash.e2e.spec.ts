import { SessionEnd } from '@kuda/contracts';
import { eventually, startKafka, type KafkaServer } from '@kuda/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { remainder } from './domain/amounts';
import { ServiceFixture } from './test/service.fixture';
import { ServiceProcess } from './test/service.process';

const LIMIT_MS = 240_000;
const KILLS = 3;
/** The longest a process lives before it is killed, after it has become ready, in milliseconds. */
const LONGEST_LIFE_MS = 400;
const BOT_POLL_MS = 20;
/** New ones begin before each kill. */
const USERS_PER_KILL = 3;
const USERS = Array.from({ length: KILLS * USERS_PER_KILL }, (_, index) => `user-${String(index)}`);
const PATIENCE = { timeoutMs: 60_000, everyMs: 100 };
const HELD = [{ asset: 'GPU_SECOND/any', amount: 3_600n }];

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32). */
function numbersOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('killing redemption', () => {
  let kafka: KafkaServer;
  let bus: ServiceFixture;
  let service: ServiceProcess;
  let isOver = false;

  beforeAll(async () => {
    kafka = await startKafka();
    bus = await ServiceFixture.create(kafka.brokers);
    service = await ServiceProcess.create(bus.environment());
  }, LIMIT_MS);

  afterAll(async () => {
    isOver = true;
    await service.end('SIGTERM');
    await bus.end();
    await kafka.stop();
  }, LIMIT_MS);

  /** Answers each command once, as ledger and scheduler do, whoever lives or dies meanwhile. */
  async function answerCommands(): Promise<void> {
    const answered = new Set<string>();
    while (!isOver) {
      for (const { commandId, userId, command } of bus.commands()) {
        if (answered.has(commandId)) continue;
        answered.add(commandId);
        const redemptionId = commandId.slice(0, commandId.indexOf(':'));
        if (command.case === 'placeHold') {
          await bus.ledgerSays(userId, { commandId, body: { case: 'holdPlaced', value: { redemptionId } } });
        } else if (command.case === 'settleHold') {
          const { captured } = command.value;
          const released = remainder(HELD, captured);
          const value = { redemptionId, captured, released };
          await bus.ledgerSays(userId, { commandId, body: { case: 'holdSettled', value } });
        }
      }
      for (const { orderId, order } of bus.orders()) {
        if (answered.has(orderId) || order.case !== 'placeOrder') continue;
        answered.add(orderId);
        const { userId } = order.value;
        const ended = { end: SessionEnd.SUCCEEDED, meteredSeconds: 1_800n };
        await bus.schedulerSays(orderId, {
          userId,
          sessionVersion: 1n,
          body: { case: 'sessionQueued', value: {} },
        });
        await bus.schedulerSays(orderId, {
          userId,
          sessionVersion: 2n,
          body: { case: 'sessionStarted', value: {} },
        });
        await bus.schedulerSays(orderId, {
          userId,
          sessionVersion: 3n,
          body: { case: 'sessionEnded', value: ended },
        });
      }
      await sleep(BOT_POLL_MS);
    }
  }

  /** Repeats until it is answered, as a careful client does. */
  async function post(path: string, body: object, key: string): Promise<Record<string, unknown>> {
    const authorization = `Bearer ${await bus.token()}`;
    const headers = { authorization, 'content-type': 'application/json', 'idempotency-key': key };
    return eventually(async () => {
      const response = await fetch(service.url + path, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`${path}: ${String(response.status)} ${await response.text()}`);
      return (await response.json()) as Record<string, unknown>;
    }, PATIENCE);
  }

  async function redeem(user_id: string): Promise<void> {
    const balances = [{ asset: 'GPU_SECOND/any', available: 18_000n }];
    const position = await bus.ledgerSays(user_id, { balances });
    const wish = { user_id, sku: 'gpu.t4', gpu_count: 1, duration_seconds: 3_600 };
    const quote = await post(`/v1/quotes?min_position=${position.toString()}`, wish, '');
    await post('/v1/redemptions', { quote_id: quote['quote_id'] }, user_id);
  }

  it(
    `${String(KILLS)} times at any moment loses nothing and does nothing twice`,
    async () => {
      const seed = Date.now() % 2 ** 31;
      process.stderr.write(`seed of the kills: ${String(seed)}\n`);
      const random = numbersOf(seed);
      await service.start();
      void answerCommands();
      const redeemed: Promise<void>[] = [];
      for (let kill = 0; kill < KILLS; kill += 1) {
        const first = kill * USERS_PER_KILL;
        redeemed.push(...USERS.slice(first, first + USERS_PER_KILL).map((user) => redeem(user)));
        await sleep(random() * LONGEST_LIFE_MS);
        await service.end('SIGKILL');
        await service.start();
      }
      await Promise.all(redeemed);

      await eventually(() => {
        const settled = bus.events().filter((event) => event.body.case === 'redemptionSettled');
        expect(settled.map(({ userId }) => userId).sort()).toEqual(USERS);
      }, PATIENCE);
      const ids = bus.commands().map(({ commandId }) => commandId);
      expect(ids).toHaveLength(2 * USERS.length);
      expect(new Set(ids).size).toBe(ids.length);
      expect(bus.orders()).toHaveLength(USERS.length);
      for (const [redemptionId, events] of Map.groupBy(bus.events(), (event) => event.redemptionId)) {
        const versions = events.map((event) => event.redemptionVersion);
        expect([redemptionId, versions]).toEqual([
          redemptionId,
          versions.map((_, index) => BigInt(index + 1)),
        ]);
      }
      expect(bus.deadLetters()).toEqual([]);
    },
    LIMIT_MS,
  );
});
