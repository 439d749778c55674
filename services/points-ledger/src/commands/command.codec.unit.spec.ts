import { create, LedgerCommandSchema, toBinary, TOPICS } from '@kuda/contracts';
import { anIncoming } from '../test/accepted-event';
import { readCommand } from './command.codec';

type Init = Parameters<typeof create<typeof LedgerCommandSchema>>[1];

function read(init: Init) {
  const bytes = Buffer.from(toBinary(LedgerCommandSchema, create(LedgerCommandSchema, init)));
  return readCommand(anIncoming(bytes, 3n, TOPICS.ledgerCommands.name));
}

const AMOUNTS = [{ asset: 'POINT', amount: 5n }];
const OF_ADA = { commandId: 'c1', userId: 'ada' };

describe('reading ledger commands', () => {
  it('makes a hold, a settlement and a release of the three commands', () => {
    const place = { holdId: 'h', redemptionId: 'r', sku: 'gpu.t4', amounts: AMOUNTS, expiresAtUs: 9n };
    expect(read({ ...OF_ADA, command: { case: 'placeHold', value: place } })).toMatchObject({
      ok: true,
      value: {
        commandId: 'c1',
        streamId: 'user-ada',
        command: { type: 'place-hold', holdId: 'h', amounts: AMOUNTS, expiresAtUs: 9n },
        input: { topic: 'ledger.commands.v1', offset: 3n },
      },
    });
    const settle = { holdId: 'h', captured: AMOUNTS, reason: 'used' };
    expect(read({ ...OF_ADA, command: { case: 'settleHold', value: settle } })).toMatchObject({
      value: { command: { type: 'settle-hold', captured: AMOUNTS, reason: 'used' } },
    });
    expect(
      read({ ...OF_ADA, command: { case: 'releaseHold', value: { holdId: 'h', reason: 'not_running' } } }),
    ).toMatchObject({ value: { command: { type: 'release-hold', reason: 'not_running' } } });
  });

  it.each<[string, Init]>([
    ['no command', OF_ADA],
    [
      'no command id',
      { userId: 'ada', command: { case: 'releaseHold', value: { holdId: 'h', reason: 'x' } } },
    ],
    ['no user id', { commandId: 'c', command: { case: 'releaseHold', value: { holdId: 'h', reason: 'x' } } }],
    ['no hold id', { ...OF_ADA, command: { case: 'releaseHold', value: { reason: 'x' } } }],
    ['an id above 256 characters', { ...OF_ADA, commandId: 'c'.repeat(257) }],
  ])('puts aside a record with %s', (_, init) => {
    expect(read(init)).toMatchObject({ ok: false, code: 'KUDA-LEDGER-2001' });
  });
});
