import { eventually } from '@kuda/testing';
import { LedgerClient, LedgerLagError, type Anomaly, type LedgerClientOptions, type UserChange } from '.';
import { ScriptedLedger, usersApart } from './test/scripted-ledger';

const LIMIT_MS = 90_000;
const GRACE_MS = 400;
const WAIT_MS = 20_000;

describe('the client of the ledger', () => {
  const [ada, bob] = usersApart();
  let ledger: ScriptedLedger;
  const clients: LedgerClient[] = [];
  const fatal: Error[] = [];

  beforeEach(async () => {
    ledger = await ScriptedLedger.open();
  }, LIMIT_MS);

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await ledger.close();
    expect(fatal).toEqual([]);
  }, LIMIT_MS);

  async function aClient(more: Partial<LedgerClientOptions> = {}) {
    const { bus, topics } = ledger;
    const onFatal = (error: Error): void => void fatal.push(error);
    const client = new LedgerClient({ bus, topics, clientId: 'test', graceMs: GRACE_MS, onFatal, ...more });
    clients.push(client);
    const anomalies: Anomaly[] = [];
    const changes: UserChange[] = [];
    client.onAnomaly((anomaly) => anomalies.push(anomaly));
    client.onChange((change) => changes.push(change));
    await client.start();
    return { client, anomalies, changes };
  }

  function points(client: LedgerClient, userId: string): bigint | undefined {
    return client.balanceOf(userId)?.balances.get('POINT')?.available;
  }

  test(
    'that starts late sees every balance and knows the position',
    async () => {
      const users = Array.from({ length: 200 }, (_, index) => `late-${String(index)}`);
      for (const round of [1n, 2n, 3n]) {
        await ledger.publish(...users.map((user, index) => ledger.next(user, BigInt(index) + round)));
      }
      const { client, anomalies } = await aClient();
      expect(users.map((user) => points(client, user))).toEqual(users.map((_, index) => BigInt(index) + 3n));
      expect(client.balanceOf('late-7')).toMatchObject({ version: 3n, shard: 0 });
      await client.waitFor(600n, WAIT_MS);
      await ledger.publish(ledger.next('late-7', 99n));
      await client.waitFor(601n, WAIT_MS);
      expect(points(client, 'late-7')).toBe(99n);
      expect(client.positionOf()).toBe(601n);
      expect(anomalies).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    'says what changed, and waits no longer than it is told',
    async () => {
      const { client, changes } = await aClient();
      await ledger.publish(ledger.next(ada, 10n), ledger.next(bob, 20n));
      await client.waitFor({ shard: 0, position: 2n }, WAIT_MS);
      expect(changes.map(({ userId, before, after }) => [userId, before, after?.version]).sort()).toEqual([
        [ada, undefined, 1n],
        [bob, undefined, 1n],
      ]);
      const late = client.waitFor(3n, 50);
      await expect(late).rejects.toThrow(LedgerLagError);
      await expect(late).rejects.toMatchObject({ position: 2n, wanted: 3n });
    },
    LIMIT_MS,
  );

  test(
    'stands before a position that one partition has not delivered yet',
    async () => {
      const { client } = await aClient({ graceMs: WAIT_MS });
      const [first, second] = [ledger.next(ada, 1n), ledger.next(bob, 2n)];
      await ledger.publish(second);
      await eventually(() => expect(points(client, bob)).toBe(2n), { timeoutMs: WAIT_MS });
      expect(client.positionOf()).toBe(0n);
      await ledger.publish(first);
      await client.waitFor(2n, WAIT_MS);
    },
    LIMIT_MS,
  );

  test(
    'detects a lost version, and has the right balance after reading again',
    async () => {
      const { client, anomalies } = await aClient();
      await ledger.publish(ledger.next(ada, 1n));
      const lost = ledger.next(ada, 2n);
      await ledger.publishBalances(lost);
      await ledger.publish(ledger.next(ada, 3n));
      await eventually(() => expect(anomalies).toMatchObject([{ kind: 'lost', userId: ada, version: 2n }]), {
        timeoutMs: WAIT_MS,
      });
      await client.waitFor(3n, WAIT_MS);
      await ledger.publish(ledger.next(ada, 4n));
      await client.waitFor(4n, WAIT_MS);
      expect(points(client, ada)).toBe(4n);
      expect(anomalies).toHaveLength(1);
    },
    LIMIT_MS,
  );

  test(
    'detects a loss that no later version of the user shows, by the position',
    async () => {
      const { client, anomalies } = await aClient();
      const lost = ledger.next(ada, 7n);
      await ledger.publishBalances(lost);
      await ledger.publish(ledger.next(bob, 1n));
      await eventually(() => expect(anomalies).toEqual([{ kind: 'position_lost', shard: 0, position: 1n }]), {
        timeoutMs: WAIT_MS,
      });
      await client.waitFor(2n, WAIT_MS);
      expect(points(client, ada)).toBe(7n);
    },
    LIMIT_MS,
  );

  test(
    'detects a repeated version and one that comes late, and keeps the newest balance',
    async () => {
      const { client, anomalies } = await aClient();
      const [one, two, three] = [ledger.next(ada, 1n), ledger.next(ada, 2n), ledger.next(ada, 3n)];
      await ledger.publishEvents(one, one, three, two);
      await client.waitFor(3n, WAIT_MS);
      await eventually(() => expect(anomalies).toHaveLength(2), { timeoutMs: WAIT_MS });
      expect(anomalies).toMatchObject([
        { kind: 'duplicated', userId: ada, version: 1n },
        { kind: 'reordered', userId: ada, version: 2n, newest: 3n },
      ]);
      expect(points(client, ada)).toBe(3n);
      expect(client.resyncing).toBe(false);
    },
    LIMIT_MS,
  );

  test(
    'forgets an erased user, also when it starts after the erasure',
    async () => {
      const { client, changes } = await aClient();
      await ledger.publish(ledger.next(ada, 5n));
      await client.waitFor(1n, WAIT_MS);
      await ledger.publishTombstone(ada);
      await eventually(() => expect(client.balanceOf(ada)).toBeUndefined(), { timeoutMs: WAIT_MS });
      expect(changes.at(-1)).toMatchObject({ userId: ada, after: undefined });
      const restarted = await aClient();
      expect(restarted.client.balanceOf(ada)).toBeUndefined();
      expect(restarted.client.positionOf()).toBe(1n);
    },
    LIMIT_MS,
  );

  test(
    'is bounded: keeps whom it is told to keep, and no more than it may',
    async () => {
      await ledger.publish(ledger.next(ada, 1n), ledger.next(bob, 2n));
      const some = await aClient({ keep: (userId) => userId === bob });
      expect([points(some.client, ada), points(some.client, bob)]).toEqual([undefined, 2n]);
      const few = await aClient({ maxUsers: 1 });
      await ledger.publish(ledger.next(bob, 3n));
      await few.client.waitFor(3n, WAIT_MS);
      await ledger.publish(ledger.next(ada, 4n));
      await few.client.waitFor(4n, WAIT_MS);
      expect(few.client.size).toMatchObject({ users: 1 });
      expect([points(few.client, ada), points(few.client, bob)]).toEqual([4n, undefined]);
      expect([...some.anomalies, ...few.anomalies]).toEqual([]);
    },
    LIMIT_MS,
  );
});
