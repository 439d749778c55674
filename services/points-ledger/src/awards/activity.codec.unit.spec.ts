import { acceptedBytes, anIncoming } from '../test/accepted-event';
import { readActivity } from './activity.codec';

const EVENT = { id: 'e1', type: 'session.login', timeUs: 1_790_000_000_000_000n };

describe('reading accepted activity', () => {
  it('makes a command of the beneficiary, known by source and id, with where it came from', () => {
    const event = { ...EVENT, beneficiary: 'owner', data: { model_id: 'm' }, personKeyFirst: false };
    const read = readActivity(anIncoming(acceptedBytes(event), 7n));
    expect(read).toMatchObject({
      ok: true,
      value: {
        commandId: '/platform/test#e1',
        streamId: 'user-owner',
        command: { activity: { subject: 'ada', data: { model_id: 'm' }, personKeyFirst: false } },
        input: { topic: 'activity.accepted.v1', partition: 0, offset: 7n },
      },
    });
  });

  it('gives the same fingerprint to the same content only', () => {
    const prints = [EVENT, EVENT, { ...EVENT, data: { method: 'sso' } }].map((event) => {
      const read = readActivity(anIncoming(acceptedBytes(event)));
      return read.ok ? read.value.fingerprint.toString('hex') : '';
    });
    expect(prints[0]).toBe(prints[1]);
    expect(prints[0]).not.toBe(prints[2]);
  });

  it('reads a flagged risk as a risk hold of the flagged user', () => {
    const data = {
      risk_hold_id: 'ring-1',
      kind: 'collusion',
      detail: 'Votes look arranged.',
      until: '2026-12-01T00:00:00.000001Z',
      evidence: { votes: 56, members: ['b', 'a'] },
    };
    expect(readActivity(anIncoming(acceptedBytes({ ...EVENT, type: 'risk.flagged', data })))).toMatchObject({
      ok: true,
      value: {
        streamId: 'user-ada',
        command: {
          type: 'place-risk-hold',
          riskHoldId: 'ring-1',
          evidenceJson: '{"members":["b","a"],"votes":56}',
          untilUs: BigInt(Date.UTC(2026, 11, 1)) * 1000n,
        },
      },
    });
  });

  it.each([
    ['flags a risk without evidence', acceptedBytes({ ...EVENT, type: 'risk.flagged', data: {} })],
    ['has no value', null],
    ['is not protobuf', Buffer.from([255, 255])],
    ['has no event id', acceptedBytes({ ...EVENT, id: '' })],
    ['has a user id with a space', acceptedBytes({ ...EVENT, subject: 'a b' })],
    ['has data that is a list', acceptedBytes({ ...EVENT, data: [] as never })],
  ])('puts aside a record that %s', (_, value) => {
    expect(readActivity(anIncoming(value))).toMatchObject({ ok: false, code: 'KUDA-LEDGER-2001' });
  });
});
