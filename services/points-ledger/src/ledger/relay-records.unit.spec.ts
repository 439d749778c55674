import { fromBinary, UserBalanceSchema } from '@kuda/contracts';
import { decide, decodeRecord, encodeRecord, entryKind, newAccount, REFUSAL_TEXTS } from '@kuda/ledger-core';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { acceptedBytes, anIncoming } from '../test/accepted-event';
import { shippedRules } from '../test/test-ledger';
import { readActivity } from '../awards/activity.codec';
import { relayRecords } from './relay-records';

const FACTS = { position: 41n, version: 1n, recordedAtUs: 1_790_000_000_000_000n };

function anEntry() {
  const event = { id: 'e1', type: 'session.login', timeUs: FACTS.recordedAtUs };
  const read = readActivity(anIncoming(acceptedBytes(event)));
  if (!read.ok) throw new Error(read.detail);
  const { commandId, fingerprint, streamId, command } = read.value;
  const decided = decide(shippedRules(), newAccount('ada'), command, FACTS);
  return {
    commandId,
    fingerprint,
    streamId,
    kind: entryKind(decided.body.case),
    payload: encodeRecord(decided, FACTS, { userId: 'ada', commandId }),
    traceparent: null,
    position: FACTS.position,
    streamVersion: FACTS.version,
    recordedAtUs: FACTS.recordedAtUs,
  };
}

describe('what a record of the ledger becomes', () => {
  it('is the stored bytes on ledger.events.v1, with position and account version told in headers', () => {
    const entry = anEntry();
    const [event] = relayRecords(entry, 0);
    expect(event).toMatchObject({
      topic: 'ledger.events.v1',
      key: 'ada',
      value: entry.payload,
      headers: {
        ce_specversion: '1.0',
        ce_id: '41',
        ce_source: '/kuda/points-ledger',
        ce_type: 'ai.kuda.ledger.activity-decided.v1',
        ce_subject: 'ada',
        'kuda-account-version': '1',
      },
    });
    const record = decodeRecord(entry.payload);
    expect(record).toMatchObject({
      position: 41n,
      accountVersion: 1n,
      userId: 'ada',
      commandId: '/platform/test#e1',
    });
    expect(record.entries.map(({ account, amount }) => [account, amount])).toEqual([
      ['issuance/login.daily', -2_000n],
      ['user/ada/available', 2_000n],
    ]);
  });

  it('is all balances of the user on ledger.balances.v1', () => {
    const balance = relayRecords(anEntry(), 3)[1];
    expect(balance?.topic).toBe('ledger.balances.v1');
    expect(fromBinary(UserBalanceSchema, balance?.value ?? Buffer.alloc(0))).toMatchObject({
      userId: 'ada',
      position: 41n,
      accountVersion: 1n,
      balances: [{ asset: 'POINT', available: 2_000n, pending: 0n, held: 0n, debt: 0n }],
      trust: { registeredAtUs: 0n },
      shard: 3,
    });
  });

  it('names every refusal in the table of codes', () => {
    const known = Object.values(LEDGER_ERROR_CODES).map(({ code }) => code);
    expect(known).toEqual(expect.arrayContaining(Object.values(REFUSAL_TEXTS).map(({ code }) => code)));
  });
});
