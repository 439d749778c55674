import { RiskHoldResolution, type LedgerCommand } from '@kuda/contracts';
import type { UserCommand } from '@kuda/ledger-core';
import { isId } from '../ledger/bounds';

type Wire = Exclude<LedgerCommand['command'], { readonly case: undefined }>;
type Case = Wire['case'];
type Value<C extends Case> = Extract<Wire, { readonly case: C }>['value'];

/** How one command of the wire is read: members that must be ids, members that are text, and what it becomes. */
interface Reader<C extends Case> {
  readonly ids: readonly (keyof Value<C> & string)[];
  readonly texts?: readonly (keyof Value<C> & string)[];
  readonly read: (value: Value<C>) => UserCommand | null;
}

/** Reasons, cases and details, in characters; evidence is the longest. */
const MAX_TEXT_CHARACTERS = 16_384;

const RESOLUTIONS: ReadonlyMap<RiskHoldResolution, 'release' | 'claw_back'> = new Map([
  [RiskHoldResolution.RELEASE, 'release'],
  [RiskHoldResolution.CLAW_BACK, 'claw_back'],
]);

/** One reader per command of `kuda.ledger.v1.LedgerCommand`; what can be decided at all is judged by the ledger. */
const READERS: { readonly [C in Case]: Reader<C> } = {
  placeHold: {
    ids: ['holdId', 'redemptionId', 'sku'],
    read: ({ holdId, redemptionId, sku, amounts, expiresAtUs }) => ({
      type: 'place-hold',
      holdId,
      redemptionId,
      sku,
      amounts: amountsOf(amounts),
      expiresAtUs,
    }),
  },
  settleHold: {
    ids: ['holdId', 'reason'],
    read: ({ holdId, captured, reason }) => ({
      type: 'settle-hold',
      holdId,
      captured: amountsOf(captured),
      reason,
    }),
  },
  captureHold: {
    ids: ['holdId', 'reason'],
    read: ({ holdId, captured, releaseRemainder, reason }) => ({
      type: 'capture-hold',
      holdId,
      captured: amountsOf(captured),
      releaseRemainder,
      reason,
    }),
  },
  releaseHold: {
    ids: ['holdId', 'reason'],
    read: ({ holdId, reason }) => ({ type: 'release-hold', holdId, reason }),
  },
  extendHold: {
    ids: ['holdId'],
    read: ({ holdId, expiresAtUs }) => ({ type: 'extend-hold', holdId, expiresAtUs }),
  },
  award: {
    ids: ['asset', 'from', 'origin'],
    texts: ['reason', 'restriction'],
    read: ({ $typeName: _, $unknown: _unknown, ...award }) => ({ type: 'award', ...award }),
  },
  proposeAdjustment: {
    ids: ['proposalId', 'asset', 'proposedBy'],
    texts: ['reason', 'caseId'],
    read: ({ $typeName: _, $unknown: _unknown, ...proposal }) => ({
      type: 'propose-adjustment',
      ...proposal,
    }),
  },
  adjustBalance: {
    ids: ['proposalId', 'approvedBy'],
    read: ({ proposalId, approvedBy }) => ({ type: 'adjust-balance', proposalId, approvedBy }),
  },
  reverseTransaction: {
    ids: ['requestedBy'],
    texts: ['lotId', 'reason', 'caseId'],
    read: ({ transactionPosition, lotId, amounts, reason, caseId, requestedBy }) => ({
      type: 'reverse-transaction',
      transactionPosition,
      lotId,
      amounts: amountsOf(amounts),
      ...{ reason, caseId, requestedBy },
    }),
  },
  openAccount: { ids: [], texts: ['reason'], read: ({ reason }) => ({ type: 'open-account', reason }) },
  closeAccount: {
    ids: ['requestedBy'],
    texts: ['reason'],
    read: ({ reason, requestedBy, forfeit }) => ({ type: 'close-account', reason, requestedBy, forfeit }),
  },
  freezeAccount: {
    ids: ['requestedBy'],
    texts: ['reason'],
    read: ({ reason, requestedBy }) => ({ type: 'freeze-account', reason, requestedBy }),
  },
  unfreezeAccount: {
    ids: ['requestedBy'],
    texts: ['reason'],
    read: ({ reason, requestedBy }) => ({ type: 'unfreeze-account', reason, requestedBy }),
  },
  overrideTrust: {
    ids: ['requestedBy'],
    texts: ['reason'],
    read: ({ level, reason, requestedBy, abuseConfirmed }) => ({
      type: 'override-trust',
      level: level ?? null,
      reason,
      requestedBy,
      abuseConfirmed,
    }),
  },
  placeRiskHold: {
    ids: ['riskHoldId', 'kind'],
    texts: ['detail', 'evidenceJson'],
    read: ({ $typeName: _, $unknown: _unknown, ...hold }) => ({ type: 'place-risk-hold', ...hold }),
  },
  resolveRiskHold: {
    ids: ['riskHoldId', 'resolvedBy'],
    texts: ['lotId', 'reason', 'caseId'],
    read: ({ riskHoldId, lotId, resolution, reason, caseId, resolvedBy }) => {
      const known = RESOLUTIONS.get(resolution);
      if (known === undefined) return null;
      return { type: 'resolve-risk-hold', riskHoldId, lotId, resolution: known, reason, caseId, resolvedBy };
    },
  },
};

/** What a command of the wire asks for, or why it cannot be read. */
export function readUserCommand(
  wire: LedgerCommand['command'],
): { readonly command: UserCommand } | { readonly fault: string } {
  if (wire.case === undefined) return { fault: 'no command, or one of a newer version' };
  return readWith(READERS[wire.case] as Reader<typeof wire.case>, wire);
}

function readWith<C extends Case>(
  reader: Reader<C>,
  wire: { readonly case: C; readonly value: Value<C> },
): { readonly command: UserCommand } | { readonly fault: string } {
  const { value } = wire;
  const bad = reader.ids.find((name) => !isId(String(value[name])));
  if (bad !== undefined) return { fault: `${wire.case}: ${bad} is empty or too long` };
  const long = reader.texts?.find((name) => String(value[name]).length > MAX_TEXT_CHARACTERS);
  if (long !== undefined) return { fault: `${wire.case}: ${long} is too long` };
  const command = reader.read(value);
  return command === null ? { fault: `${wire.case}: a member has no known value` } : { command };
}

function amountsOf(amounts: readonly { readonly asset: string; readonly amount: bigint }[]) {
  return amounts.map(({ asset, amount }) => ({ asset, amount }));
}
