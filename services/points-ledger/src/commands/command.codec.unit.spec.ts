import { create, LedgerCommandSchema, RiskHoldResolution, toBinary, TOPICS } from '@kuda/contracts';
import type { UserCommand } from '@kuda/ledger-core';
import { anIncoming } from '../test/accepted-event';
import { readCommand } from './command.codec';

type Init = NonNullable<Parameters<typeof create<typeof LedgerCommandSchema>>[1]>;
type Wire = NonNullable<Init['command']>;

function read(init: Init) {
  const bytes = Buffer.from(toBinary(LedgerCommandSchema, create(LedgerCommandSchema, init)));
  return readCommand(anIncoming(bytes, 3n, TOPICS.ledgerCommands.name));
}

const AMOUNTS = [{ asset: 'POINT', amount: 5n }];
const OF_ADA = { commandId: 'c1', userId: 'ada' };
const WHY = { reason: 'r', caseId: 'case' };

/** Each command as it travels, and as the ledger decides it. */
const EACH: readonly (readonly [Wire, UserCommand])[] = [
  [
    {
      case: 'placeHold',
      value: { holdId: 'h', redemptionId: 'r', sku: 's', amounts: AMOUNTS, expiresAtUs: 9n },
    },
    { type: 'place-hold', holdId: 'h', redemptionId: 'r', sku: 's', amounts: AMOUNTS, expiresAtUs: 9n },
  ],
  [
    { case: 'settleHold', value: { holdId: 'h', captured: AMOUNTS, reason: 'used' } },
    { type: 'settle-hold', holdId: 'h', captured: AMOUNTS, reason: 'used' },
  ],
  [
    {
      case: 'captureHold',
      value: { holdId: 'h', captured: AMOUNTS, releaseRemainder: true, reason: 'used' },
    },
    { type: 'capture-hold', holdId: 'h', captured: AMOUNTS, releaseRemainder: true, reason: 'used' },
  ],
  [
    { case: 'releaseHold', value: { holdId: 'h', reason: 'not_running' } },
    { type: 'release-hold', holdId: 'h', reason: 'not_running' },
  ],
  [
    { case: 'extendHold', value: { holdId: 'h', expiresAtUs: 7n } },
    { type: 'extend-hold', holdId: 'h', expiresAtUs: 7n },
  ],
  [
    {
      case: 'award',
      value: { asset: 'POINT', amount: 1n, from: 'goodwill', origin: 'o', reason: 'r', priority: 2 },
    },
    {
      ...{ type: 'award', asset: 'POINT', amount: 1n, from: 'goodwill', origin: 'o', expiresAtUs: 0n },
      ...{ pendingUntilUs: 0n, restriction: '', priority: 2, reason: 'r' },
    },
  ],
  [
    {
      case: 'proposeAdjustment',
      value: { proposalId: 'p', asset: 'POINT', amount: -4n, proposedBy: 'o', ...WHY },
    },
    {
      ...{
        type: 'propose-adjustment',
        proposalId: 'p',
        asset: 'POINT',
        amount: -4n,
        proposedBy: 'o',
        ...WHY,
      },
      ...{ expiresAtUs: 0n, goodwill: false },
    },
  ],
  [
    { case: 'adjustBalance', value: { proposalId: 'p', approvedBy: 'q' } },
    { type: 'adjust-balance', proposalId: 'p', approvedBy: 'q' },
  ],
  [
    {
      case: 'reverseTransaction',
      value: { transactionPosition: 8n, amounts: AMOUNTS, requestedBy: 'o', ...WHY },
    },
    {
      ...{ type: 'reverse-transaction', transactionPosition: 8n, lotId: '', amounts: AMOUNTS },
      ...{ requestedBy: 'o', ...WHY },
    },
  ],
  [
    { case: 'openAccount', value: { reason: 'r' } },
    { type: 'open-account', reason: 'r' },
  ],
  [
    { case: 'closeAccount', value: { reason: 'r', requestedBy: 'o', forfeit: true } },
    { type: 'close-account', reason: 'r', requestedBy: 'o', forfeit: true },
  ],
  [
    { case: 'freezeAccount', value: { reason: 'r', requestedBy: 'o' } },
    { type: 'freeze-account', reason: 'r', requestedBy: 'o' },
  ],
  [
    { case: 'unfreezeAccount', value: { reason: 'r', requestedBy: 'o' } },
    { type: 'unfreeze-account', reason: 'r', requestedBy: 'o' },
  ],
  [
    { case: 'overrideTrust', value: { reason: 'r', requestedBy: 'o' } },
    { type: 'override-trust', level: null, reason: 'r', requestedBy: 'o', abuseConfirmed: false },
  ],
  [
    {
      case: 'placeRiskHold',
      value: { riskHoldId: 'k', kind: 'collusion', detail: 'd', evidenceJson: '{}', untilUs: 6n },
    },
    {
      ...{ type: 'place-risk-hold', riskHoldId: 'k', kind: 'collusion', detail: 'd', evidenceJson: '{}' },
      untilUs: 6n,
    },
  ],
  [
    {
      case: 'resolveRiskHold',
      value: { riskHoldId: 'k', resolution: RiskHoldResolution.CLAW_BACK, resolvedBy: 'o', ...WHY },
    },
    {
      type: 'resolve-risk-hold',
      riskHoldId: 'k',
      lotId: '',
      resolution: 'claw_back',
      resolvedBy: 'o',
      ...WHY,
    },
  ],
];

describe('reading ledger commands', () => {
  it('knows every command of the contract', () => {
    const known = LedgerCommandSchema.oneofs[0]?.fields.map(({ localName }) => localName);
    expect(EACH.map(([wire]) => wire.case).toSorted()).toEqual(known?.toSorted());
  });

  it.each(EACH)('reads %j', (wire, command) => {
    expect(read({ ...OF_ADA, command: wire })).toMatchObject({
      ok: true,
      value: {
        commandId: 'c1',
        streamId: 'user-ada',
        command,
        input: { topic: 'ledger.commands.v1', offset: 3n },
      },
    });
    expect(read({ ...OF_ADA, command: wire })).toEqual(read({ ...OF_ADA, command: wire }));
  });

  const release: Wire = { case: 'releaseHold', value: { holdId: 'h', reason: 'x' } };
  it.each<[string, Init, string]>([
    ['no command', OF_ADA, 'no command'],
    ['no command id', { userId: 'ada', command: release }, 'command_id'],
    ['no user id', { commandId: 'c', command: release }, 'user_id'],
    [
      'no hold id',
      { ...OF_ADA, command: { case: 'releaseHold', value: { reason: 'x' } } },
      'releaseHold: holdId',
    ],
    ['an id above 256 characters', { ...OF_ADA, commandId: 'c'.repeat(257), command: release }, 'command_id'],
    [
      'a resolution that is none',
      { ...OF_ADA, command: { case: 'resolveRiskHold', value: { riskHoldId: 'k', resolvedBy: 'o' } } },
      'no known value',
    ],
    [
      'a reason of a novel',
      { ...OF_ADA, command: { case: 'openAccount', value: { reason: 'x'.repeat(20_000) } } },
      'reason is too long',
    ],
  ])('puts aside a record with %s, and says so', (_, init, why) => {
    const result = read(init);
    expect(result).toMatchObject({ ok: false, code: 'KUDA-LEDGER-2001' });
    expect('detail' in result ? result.detail : '').toContain(why);
  });
});
