import { setTimeout as sleep } from 'node:timers/promises';
import { canonicalEntry, Frontier, leafHash } from '@kuda/transparency-log';
import { readWriterHead } from '../append/acquire-epoch';
import { readEntries } from '../readers/entries';
import { loadStreamState, readHead, storedOffsets } from '../readers/states';
import { createPool } from '../sql/pool';
import { anAdd, counterPolicy } from '../test/counter-policy';
import { openTestLog, type TestLog } from '../test/test-log';

const WANTED_KILLS = 5;
const BATCH = 25;
const MAX_BATCHES = 2_000;
/** Enough of them wait behind an append to be decided ahead. */
const SENDERS = 12;
/** Longer than a retry takes, so that one batch is not killed until its committer gives up. */
const PAUSE_AFTER_KILL_MS = 400;

/** Terminates the backend of a running append, again and again. */
class Killer {
  killed = 0;
  private readonly pool;
  private readonly running: Promise<void>;
  private stopping = false;

  constructor(url: string) {
    this.pool = createPool(url, { applicationName: 'killer', max: 1 });
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
    await this.pool.end();
  }

  private async run(): Promise<void> {
    while (!this.stopping && this.killed < WANTED_KILLS) {
      const { rows } = await this.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = 'test-app' and query like '%append_batch%' and state = 'active'`,
      );
      this.killed += rows.length;
      await sleep(rows.length > 0 ? PAUSE_AFTER_KILL_MS : 1);
    }
  }
}

describe('killed database connections', () => {
  let log: TestLog;
  beforeEach(async () => {
    log = await openTestLog();
  });
  afterEach(() => log.close());

  test('lose nothing, repeat nothing and leave no gap', async () => {
    const committer = await log.committer();
    const killer = new Killer(log.appUrl);
    const sent: string[] = [];
    for (let batch = 0; batch < MAX_BATCHES && killer.killed < WANTED_KILLS; batch += 1) {
      const commands = Array.from({ length: BATCH }, (_, index) => {
        const offset = BigInt(batch * BATCH + index);
        return anAdd(`k${String(offset)}`, { input: { topic: 'in.v1', partition: 0, offset } });
      });
      const outcomes = await committer.submit(commands);
      expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['recorded']));
      sent.push(...commands.map((command) => command.commandId));
    }
    await killer.stop();

    expect(killer.killed).toBe(WANTED_KILLS);
    const stored: string[] = [];
    for (let after = 0n; after < BigInt(sent.length); after += 1_000n) {
      stored.push(...(await readEntries(log.app, { after, limit: 1_000 })).map((entry) => entry.commandId));
    }
    expect(stored).toEqual(sent);
    const total = BigInt(sent.length);
    expect((await readHead(log.app)).position).toBe(total);
    expect((await loadStreamState(log.app, 'counter-1'))?.state.toString()).toBe(String(total));
    expect(await storedOffsets(log.app).nextOffset('in.v1', 0)).toBe(total);
  });

  test('the same while batches are decided ahead of the one whose connection is killed', async () => {
    const committer = await log.committer({ policy: counterPolicy({ decidesAhead: true }) });
    const killer = new Killer(log.appUrl);
    let sent = 0;
    const counts = new Map<string, bigint>();
    const send = async (sender: number): Promise<void> => {
      const stream = `s${String(sender % 3)}`;
      for (let batch = 0; batch < MAX_BATCHES && killer.killed < WANTED_KILLS; batch += 1) {
        const name = `${String(sender)}/${String(batch)}`;
        const commands = Array.from({ length: BATCH }, (_, n) => anAdd(`${name}/${String(n)}`, { stream }));
        sent += BATCH;
        counts.set(stream, (counts.get(stream) ?? 0n) + BigInt(BATCH));
        const outcomes = await committer.submit(commands);
        expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['recorded']));
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, (_, sender) => send(sender)));
    await killer.stop();

    expect(killer.killed).toBe(WANTED_KILLS);
    const { position, name, frontier } = await readWriterHead(log.app);
    expect(position).toBe(BigInt(sent));
    for (const [stream, count] of counts) {
      expect(await loadStreamState(log.app, stream)).toMatchObject({
        version: count,
        state: Buffer.from(String(count)),
      });
    }
    const rebuilt = Frontier.empty();
    for (let after = 0n; after < position; after += 1_000n) {
      for (const entry of await readEntries(log.app, { after, limit: 1_000 })) {
        rebuilt.append(leafHash(canonicalEntry({ logName: name, ...entry })));
      }
    }
    expect(frontier).toEqual(rebuilt.toBytes());
  }, 60_000);
});
