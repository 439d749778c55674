import { readEntries, type CommandEnvelope, type StoredEntry } from '@kuda/event-store';
import { decodeRecord, type Command, type UserCommand } from '@kuda/ledger-core';
import { readActivity } from '../awards/activity.codec';
import { acceptedBytes, anIncoming } from '../test/accepted-event';
import { openTestLedger, type TestLedger } from '../test/test-ledger';
import { userStream } from './user-stream';

const NOW_US = BigInt(Date.UTC(2026, 10, 23, 4)) * 1000n;
const HOUR_US = 3_600_000_000n;

jest.setTimeout(90_000);

function login(id: string, timeUs: bigint, offset: bigint): CommandEnvelope<Command> {
  const read = readActivity(anIncoming(acceptedBytes({ id, type: 'session.login', timeUs }), offset));
  if (!read.ok) throw new Error(read.detail);
  return { ...read.value, input: null };
}

function command(commandId: string, value: UserCommand): CommandEnvelope<Command> {
  const fingerprint = Buffer.alloc(32, commandId);
  return {
    commandId,
    fingerprint,
    streamId: userStream('ada'),
    command: value,
    input: null,
    traceparent: null,
  };
}

function reverse(commandId: string, transactionPosition: bigint): CommandEnvelope<Command> {
  const rest = { lotId: '', amounts: [], reason: 'farmed', caseId: '', requestedBy: 'op' };
  return command(commandId, { type: 'reverse-transaction', transactionPosition, ...rest });
}

/** The day's first login is paid, the second is over the cap; the first is taken back, and then the second's. */
const COMMANDS = [
  login('first', NOW_US - 3n * HOUR_US, 0n),
  login('second', NOW_US - 2n * HOUR_US, 1n),
  login('third', NOW_US - HOUR_US, 2n),
  reverse('take-1', 1n),
  reverse('take-1-again', 1n),
  reverse('take-nothing', 77n),
  command('freeze', { type: 'freeze-account', reason: 'x', requestedBy: 'op' }),
];

async function logOf(
  batches: readonly (readonly CommandEnvelope<Command>[])[],
): Promise<readonly StoredEntry[]> {
  const ledger: TestLedger = await openTestLedger(NOW_US);
  try {
    for (const batch of batches) await ledger.committer.submit(batch);
    expect(ledger.fatal).toEqual([]);
    return await readEntries(ledger.pool, { after: 0n, limit: 100 });
  } finally {
    await ledger.close();
  }
}

describe('what a reversal looks back on', () => {
  it('is the log as it will be, in whatever batches it is decided (I13), and repairs the cap (I11)', async () => {
    const whole = await logOf([COMMANDS]);
    const single = await logOf(COMMANDS.map((each) => [each]));
    const halves = await logOf([COMMANDS.slice(0, 2), COMMANDS.slice(2)]);
    const bytes = (log: readonly StoredEntry[]) => log.map(({ payload }) => payload.toString('hex'));
    expect(bytes(single)).toEqual(bytes(whole));
    expect(bytes(halves)).toEqual(bytes(whole));
    const bodies = whole.map(({ payload }) => decodeRecord(payload).body);
    expect(bodies.map((body) => body.case)).toEqual([
      'activityDecided',
      'activityDecided',
      'activityDecided',
      'transactionReversed',
      'commandRefused',
      'commandRefused',
      'accountFrozen',
    ]);
    expect(bodies[3]?.value).toMatchObject({
      reversed: [{ asset: 'POINT', amount: 2_000n }],
      redecisions: [{ decidedPosition: 2n, eventId: 'second', decision: { outcome: 'awarded' } }],
    });
    expect(bodies[4]?.value).toMatchObject({ reason: 'already_reversed' });
    expect(bodies[5]?.value).toMatchObject({ reason: 'transaction_unknown' });
  });
});
