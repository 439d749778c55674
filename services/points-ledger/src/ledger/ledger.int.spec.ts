import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  loadStreamState,
  readEntries,
  readStream,
  readTotals,
  type CommandEnvelope,
} from '@kuda/event-store';
import { decodeAccount, type Account, type Command, type HoldCommand } from '@kuda/ledger-core';
import { readActivity } from '../awards/activity.codec';
import { DecisionReportQuery } from '../reports/decision-report.query';
import { DecisionRow } from '../statements/decision.entity';
import { TransactionRow } from '../statements/transaction.entity';
import { acceptedBytes, anIncoming, type AcceptedEvent } from '../test/accepted-event';
import { openTestLedger, type TestLedger } from '../test/test-ledger';
import { decodeRecord } from '@kuda/ledger-core';
import { userStream } from './user-stream';

const DAY_US = 86_400_000_000n;
const NOW_US = BigInt(Date.UTC(2026, 10, 23, 4)) * 1000n;
const REAL_EVENTS = join(__dirname, '../../../../../shared/data/activity-events.jsonl.gz');
const REAL_LINES = 400;

function envelopes(events: readonly AcceptedEvent[]): CommandEnvelope<Command>[] {
  return events.map((event, index) => {
    const read = readActivity(anIncoming(acceptedBytes(event), BigInt(index)));
    if (!read.ok) throw new Error(read.detail);
    return read.value;
  });
}

function holdEnvelope(commandId: string, command: HoldCommand): CommandEnvelope<Command> {
  const fingerprint = Buffer.alloc(32, commandId);
  return { commandId, fingerprint, streamId: userStream('ada'), command, input: null, traceparent: null };
}

async function accountOf(ledger: TestLedger, userId: string): Promise<Account> {
  const stream = await loadStreamState(ledger.pool, userStream(userId));
  if (stream === null) throw new Error(`no account ${userId}`);
  return decodeAccount(stream.state, stream.pages);
}

/** The first events of the recorded stream, or null where it is not at hand. */
function recordedEvents(): AcceptedEvent[] | null {
  if (!existsSync(REAL_EVENTS)) return null;
  const lines = gunzipSync(readFileSync(REAL_EVENTS)).toString('utf8').split('\n').slice(0, REAL_LINES);
  return lines.map((line) => {
    const event = JSON.parse(line) as Record<'id' | 'type' | 'subject' | 'time', string> & {
      data: Record<string, unknown>;
    };
    const owner = event.data['owner'];
    return {
      id: event.id,
      type: event.type.slice('ai.kuda.'.length, -'.v1'.length),
      subject: event.subject,
      beneficiary: typeof owner === 'string' ? owner : event.subject,
      timeUs: BigInt(Date.parse(event.time)) * 1000n,
      data: event.data,
    };
  });
}

/** A busy machine is no reason to fail. */
jest.setTimeout(90_000);

describe('the ledger on a real database', () => {
  let ledger: TestLedger;
  beforeEach(async () => {
    ledger = await openTestLedger(NOW_US);
  });
  afterEach(async () => {
    expect(ledger.fatal).toEqual([]);
    await ledger.close();
  });

  const decide = (events: readonly AcceptedEvent[]) => ledger.committer.submit(envelopes(events));

  /** Running balances, statements and totals say what the entries of the log say. */
  async function expectAgreement(): Promise<void> {
    const entries = await readEntries(ledger.pool, { after: 0n, limit: 1_000 });
    const moved = entries.flatMap((entry) => decodeRecord(entry.payload).entries);
    const sums = new Map<string, bigint>();
    for (const { account, asset, amount } of moved) {
      const side = account.startsWith('user/') ? `user/*/${account.split('/').at(-1) ?? ''}` : account;
      sums.set(`${side} ${asset}`, (sums.get(`${side} ${asset}`) ?? 0n) + amount);
    }
    expect(await readTotals(ledger.pool)).toEqual(sums);
    expect(await ledger.projections.get('statements').waitFor(BigInt(entries.length), 5_000)).toBe(true);
    const rows = await ledger.readModels.getRepository(TransactionRow).find({ order: { position: 'ASC' } });
    const shown = rows.flatMap((row) =>
      row.entries.map(({ account, asset, amount }) => [account, asset, amount]),
    );
    expect(shown).toEqual(moved.map(({ account, asset, amount }) => [account, asset, amount.toString()]));
    for (const streamId of new Set(entries.map((entry) => entry.streamId ?? ''))) {
      const stream = await readStream(ledger.pool, streamId, { after: 0n, limit: 1_000 });
      expect(stream.map((entry) => entry.streamVersion)).toEqual(stream.map((_, index) => BigInt(index + 1)));
      const last = decodeRecord(stream.at(-1)?.payload ?? Buffer.alloc(0));
      const account = await accountOf(ledger, last.userId);
      const told = last.balances.map(({ asset, available, pending, held, debt }) => [
        asset,
        { available, pending, held, debt },
      ]);
      expect([...account.balances]).toEqual(told);
    }
  }

  it('books recorded activity, and account, log, totals and statements agree, before and after a restart', async () => {
    const events = recordedEvents();
    if (events === null) return void process.stderr.write('skipped: no recorded activity\n');
    await decide(events.slice(0, 250));
    await ledger.restart();
    await decide(events.slice(250));
    await expectAgreement();
    const repeated = await decide(events.slice(0, 10));
    expect(repeated.map((outcome) => outcome.status)).toEqual(Array.from({ length: 10 }, () => 'repeated'));
    const report = await new DecisionReportQuery(ledger.shards).report();
    expect(report.events).toBe(REAL_LINES);
    const count = await ledger.readModels.getRepository(DecisionRow).countBy({ outcome: 'awarded' });
    const awarded = Object.entries(report.outcomes).filter(([name]) => name.endsWith('/awarded'));
    expect(count).toBe(awarded.reduce((sum, [, times]) => sum + times, 0));
  });

  it('holds, captures and releases, remembers refusals, and matures and expires in ledger time', async () => {
    const type = 'session.login';
    await decide(
      [0n, 1n, 2n].map((day) => ({ id: `l${day.toString()}`, type, timeUs: NOW_US - day * DAY_US })),
    );
    const data = { model_id: 'm', verified: true };
    await decide([{ id: 'm', type: 'model.published', timeUs: NOW_US - DAY_US, data }]);
    const place = (commandId: string, holdId: string, amount: bigint) =>
      holdEnvelope(commandId, {
        type: 'place-hold',
        holdId,
        redemptionId: 'r',
        sku: 'gpu.t4',
        amounts: [{ asset: 'POINT', amount }],
        expiresAtUs: NOW_US + DAY_US,
      });
    await ledger.committer.submit([
      place('c1', 'h1', 5_000n),
      place('c2', 'h2', 5_000n),
      place('c3', 'h3', 500n),
    ]);
    await ledger.restart();
    const captured = [{ asset: 'POINT', amount: 1_500n }];
    const settle = holdEnvelope('c4', { type: 'settle-hold', holdId: 'h1', captured, reason: 'used' });
    await ledger.committer.submit([settle]);
    const [again, other] = await ledger.committer.submit([
      place('c2', 'h2', 1n),
      { ...place('c2', 'h2', 1n), fingerprint: Buffer.alloc(32, 'x') },
    ]);
    expect([again?.status, other?.status]).toEqual(['repeated', 'conflict']);
    expect((await accountOf(ledger, 'ada')).balances.get('POINT')).toEqual({
      available: 4_000n,
      pending: 40_000n,
      held: 500n,
      debt: 0n,
    });
    ledger.clock.us = NOW_US + 3n * DAY_US;
    await ledger.committer.wake([userStream('ada')]);
    const entries = await readStream(ledger.pool, userStream('ada'), { after: 8n, limit: 100 });
    expect(entries.map((entry) => entry.kind)).toEqual(['HoldReleased', 'AwardMatured', 'AwardMatured']);
    expect((await accountOf(ledger, 'ada')).balances.get('POINT')).toMatchObject({
      available: 44_500n,
      pending: 0n,
      held: 0n,
    });
    await expectAgreement();
  });
});
