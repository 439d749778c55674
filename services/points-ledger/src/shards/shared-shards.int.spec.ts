import { TOPICS } from '@kuda/contracts';
import { readHead } from '@kuda/event-store';
import type { CreatedService } from '@kuda/service-kit';
import { eventually } from '@kuda/testing';
import { RUNTIME } from '../app.module';
import type { LedgerRuntime } from '../ledger.runtime';
import { acceptedBytes } from '../test/accepted-event';
import { startRunningService, type RunningService } from '../test/running-service';

const SHARDS = 4;
const PATIENCE = { timeoutMs: 60_000, everyMs: 200 };
const EVENTS = 40;
const nowUs = BigInt(Date.now()) * 1_000n;

jest.setTimeout(180_000);

function shardsOf(service: CreatedService): readonly number[] {
  const { shards } = service.app.get<LedgerRuntime>(RUNTIME);
  return shards.all.filter(({ writer }) => writer !== null).map(({ index }) => index);
}

describe('two processes of the ledger', () => {
  let running: RunningService;
  let other: CreatedService | null = null;
  beforeAll(async () => {
    running = await startRunningService(SHARDS);
  });
  afterAll(async () => {
    await other?.shutdown.run('end of test');
    await running.stop();
  });

  /** One event for each of so many users, and the wait until each is decided once. */
  async function decideMore(round: number): Promise<void> {
    const users = Array.from({ length: EVENTS }, (_, index) => `user-${String(index)}`);
    await running.bus.publisher.publish(
      users.map((subject) => ({
        topic: TOPICS.activityAccepted.name,
        key: subject,
        value: acceptedBytes({
          id: `${String(round)}-${subject}`,
          type: 'session.login',
          subject,
          timeUs: nowUs - BigInt(10 - round) * 86_400_000_000n,
        }),
        headers: {},
      })),
    );
    const { shards } = running.service.app.get<LedgerRuntime>(RUNTIME);
    await eventually(async () => {
      const heads = await Promise.all(shards.all.map(({ pool }) => readHead(pool)));
      expect(heads.reduce((sum, { position }) => sum + position, 0n)).toBe(BigInt(EVENTS * round));
    }, PATIENCE);
  }

  it('share its shards by partition, and neither is thrown out for it', async () => {
    await decideMore(1);
    expect(shardsOf(running.service)).toEqual([0, 1, 2, 3]);
    const second = await running.another();
    other = second;
    await eventually(() => {
      expect([...shardsOf(running.service), ...shardsOf(second)].toSorted()).toEqual([0, 1, 2, 3]);
      expect(shardsOf(second)).toHaveLength(2);
    }, PATIENCE);
    await decideMore(2);
    expect(running.exits).toEqual([]);
  });

  it('read every shard, and one takes over all of them when the other ends', async () => {
    const balance = await running.get('/v1/users/user-0/balance', 'ledger:read');
    expect(balance).toMatchObject({ status: 200, body: { account_version: '2' } });
    await other?.shutdown.run('end');
    other = null;
    await eventually(() => expect(shardsOf(running.service)).toEqual([0, 1, 2, 3]), PATIENCE);
    await decideMore(3);
    expect(running.exits.filter((code) => code !== 0)).toEqual([]);
  });
});
