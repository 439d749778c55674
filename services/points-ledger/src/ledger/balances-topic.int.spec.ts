import { fromBinary, TOPICS, UserBalanceSchema, type UserBalance } from '@kuda/contracts';
import { loadStreamStates, Relay } from '@kuda/event-store';
import { decodeAccount } from '@kuda/ledger-core';
import { createKafkaBus, type KafkaBus } from '@kuda/messaging';
import { eventually, startKafka } from '@kuda/testing';
import { RandomCommands, seeded } from '../test/random-ledger';
import { openTestLedger, type TestLedger } from '../test/test-ledger';
import { COMPACTED_TOPICS, RELAY_TOPICS, relayRecords } from './relay-records';
import { userStream } from './user-stream';

const SEED = Number(process.env['SEED'] ?? 11);
const SHARD = 2;
const START_US = BigInt(Date.UTC(2026, 10, 23, 4)) * 1000n;
const HOUR_US = 3_600_000_000n;
const BATCHES = 10;
const BATCH = 30;
const silent = (): void => undefined;
const SILENT = { debug: silent, info: silent, warn: silent, error: silent };
const PATIENCE = { timeoutMs: 30_000, everyMs: 100 };

jest.setTimeout(120_000);

describe('ledger.balances.v1', () => {
  let ledger: TestLedger;
  let bus: KafkaBus;
  let stopKafka: () => Promise<void>;
  beforeAll(async () => {
    const kafka = await startKafka();
    stopKafka = () => kafka.stop();
    bus = createKafkaBus({ clientId: 'test', brokers: [kafka.brokers], logger: SILENT });
    await bus.ensureTopics();
    ledger = await openTestLedger(START_US);
  });
  afterAll(async () => {
    await ledger.close();
    await bus.close();
    await stopKafka();
  });

  /** What a consumer that starts now knows: of each key the last record, which is what compaction keeps. */
  async function startLate(): Promise<{ readonly last: Map<string, UserBalance>; close(): Promise<void> }> {
    const last = new Map<string, UserBalance>();
    const consumer = bus.consumer({
      groupId: 'late',
      topics: [TOPICS.ledgerBalances.name],
      offsets: { nextOffset: () => Promise.resolve(0n) },
      handlerOf: () => (batch) => {
        for (const { key, value } of batch.messages) {
          if (key !== null && value !== null) last.set(key, fromBinary(UserBalanceSchema, value));
        }
        return Promise.resolve();
      },
      onFatal: (error) => {
        throw error;
      },
    });
    await consumer.start();
    return { last, close: () => consumer.close() };
  }

  it(`tells a consumer that starts late every balance, from it alone; seed ${String(SEED)}`, async () => {
    const below = seeded(SEED);
    const commands = new RandomCommands('topic', below);
    const { publisher, tail } = bus;
    const onFatal = (error: Error): void => {
      throw error;
    };
    const relay = new Relay({
      ...{ name: 'ledger', sql: ledger.pool, committer: ledger.committer, publisher, tail, onFatal },
      ...{ topics: RELAY_TOPICS, compactedTopics: COMPACTED_TOPICS },
      toRecords: (entry) => relayRecords(entry, SHARD),
    });
    relay.start();
    for (let batch = 0; batch < BATCHES; batch += 1) {
      const { position } = ledger.committer;
      await ledger.committer.submit(
        Array.from({ length: BATCH }, () => commands.next(ledger.clock.us, position)),
      );
      ledger.clock.us += BigInt(1 + below(48)) * HOUR_US;
    }
    const { position } = ledger.committer;
    await eventually(() => expect(relay.health().position).toBe(position), PATIENCE);
    await relay.stop();

    const users = [0, 1, 2, 3, 4].map((user) => `user-${String(user)}`);
    const states = await loadStreamStates(ledger.pool, users.map(userStream));
    const late = await startLate();
    await eventually(() => {
      const told = users.map((user) => [user, late.last.get(user)?.accountVersion]);
      expect(told).toEqual(users.map((user) => [user, states.get(userStream(user))?.version]));
    }, PATIENCE);
    await late.close();
    for (const user of users) {
      const state = states.get(userStream(user));
      if (state === undefined) throw new Error(`no account ${user}`);
      const { balances } = decodeAccount(state.state, state.pages);
      const told = late.last.get(user);
      expect(told).toMatchObject({ userId: user, shard: SHARD, position: state.position });
      const amounts = told?.balances.map(({ asset, available, pending, held, debt }) => [
        asset,
        { available, pending, held, debt },
      ]);
      expect(new Map(amounts as [string, object][])).toEqual(new Map(balances));
    }
  });
});
