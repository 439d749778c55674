import type { TrustFacts } from '@kuda/rules';
import type { Bodies, BodyCase, Decision, LotAmount, Redecision } from './body';
import type { AssetAmount } from './commands';
import type { LotState } from './lot';
import type { AssetBalance, Entry } from './record';
import {
  bool,
  bytes,
  int32,
  int64,
  int64OrNull,
  message,
  messages,
  named,
  nested,
  optionalBool,
  optionalInt32,
  text,
  texts,
  type Message,
} from './wire/message';

/**
 * The messages of `kuda/ledger/v1/events.proto`, member by member. A property test holds them to what protobuf-es makes
 * of the same definition.
 */
export const ENTRY = message<Entry>({ account: text(1), asset: text(2), amount: int64(3), lotId: text(4) });

export const LOT_STATE = message<LotState>({
  lotId: text(1),
  asset: text(2),
  origin: text(3),
  original: int64(4),
  remaining: int64(5),
  expiresAtUs: int64(6),
  restriction: text(7),
  priority: int32(8),
});

export const ASSET_BALANCE = message<AssetBalance>({
  asset: text(1),
  available: int64(2),
  pending: int64(3),
  held: int64(4),
  debt: int64(5),
});

export const TRUST = message<TrustFacts>({
  registeredAtUs: int64OrNull(1),
  succeededDeviceSeconds: int64(2),
  factorEnrolled: bool(3),
  valueLaneAwards: int64(4),
  valueLanePoints: int64(5),
  overrideLevel: optionalInt32(6),
  abuseConfirmed: bool(7),
});

const ASSET_AMOUNT = message<AssetAmount>({ asset: text(1), amount: int64(2) });
const LOT_AMOUNT = message<LotAmount>({ lotId: text(1), asset: text(2), amount: int64(3) });

const DECISION = message<Decision>({
  rule: text(1),
  ruleHash: text(2),
  outcome: named(3, ['awarded', 'trimmed', 'suppressed', 'not_matched', 'shadow']),
  reason: text(4),
  asset: text(5),
  amountFull: int64(6),
  amountPaid: int64(7),
  pendingUntilUs: int64(8),
  lotId: text(9),
  factsJson: text(10),
  amountShadow: int64(11),
});

const REDECISION = message<Redecision>({
  decidedPosition: int64(1),
  source: text(2),
  eventId: text(3),
  decision: nested(4, DECISION),
});

/** The bodies, each with its member number in `LedgerRecord`. */
export const BODIES: { readonly [K in BodyCase]: { readonly no: number; readonly of: Message<Bodies[K]> } } =
  {
    activityDecided: {
      no: 10,
      of: message({
        source: text(1),
        eventId: text(2),
        type: text(3),
        subject: text(4),
        time: text(5),
        timeUs: int64(6),
        ruleSet: text(7),
        decisions: messages(8, DECISION),
        dataJson: bytes(9),
        backfill: bool(10),
        personKeyFirst: optionalBool(11),
        riskReasons: texts(12),
        ruleSetHash: text(13),
      }) as Message<Bodies['activityDecided']>,
    },
    awardMatured: {
      no: 11,
      of: message({ rule: text(1), lotId: text(2), asset: text(3), amount: int64(4) }),
    },
    holdPlaced: {
      no: 12,
      of: message({
        holdId: text(1),
        redemptionId: text(2),
        sku: text(3),
        amounts: messages(4, ASSET_AMOUNT),
        lots: messages(5, LOT_AMOUNT),
        expiresAtUs: int64(6),
      }),
    },
    holdSettled: {
      no: 13,
      of: message({
        holdId: text(1),
        redemptionId: text(2),
        captured: messages(3, ASSET_AMOUNT),
        released: messages(4, ASSET_AMOUNT),
        reason: text(5),
      }),
    },
    holdReleased: {
      no: 14,
      of: message({
        holdId: text(1),
        redemptionId: text(2),
        released: messages(3, ASSET_AMOUNT),
        reason: text(4),
      }),
    },
    commandRefused: {
      no: 15,
      of: message({
        code: text(1),
        reason: text(2),
        holdId: text(3),
        redemptionId: text(4),
        detail: text(5),
        command: text(6),
      }),
    },
    lotExpired: { no: 16, of: LOT_AMOUNT },
    awarded: {
      no: 30,
      of: message({
        lotId: text(1),
        asset: text(2),
        amount: int64(3),
        origin: text(4),
        reason: text(5),
        pendingUntilUs: int64(6),
      }),
    },
    holdCaptured: {
      no: 31,
      of: message({
        holdId: text(1),
        redemptionId: text(2),
        captured: messages(3, ASSET_AMOUNT),
        remaining: messages(4, ASSET_AMOUNT),
        reason: text(5),
      }),
    },
    holdExtended: { no: 32, of: message({ holdId: text(1), redemptionId: text(2), expiresAtUs: int64(3) }) },
    adjustmentProposed: {
      no: 33,
      of: message({
        proposalId: text(1),
        asset: text(2),
        amount: int64(3),
        reason: text(4),
        caseId: text(5),
        proposedBy: text(6),
        lapsesAtUs: int64(7),
      }),
    },
    balanceAdjusted: {
      no: 34,
      of: message({
        proposalId: text(1),
        asset: text(2),
        amount: int64(3),
        reason: text(4),
        caseId: text(5),
        proposedBy: text(6),
        approvedBy: text(7),
        lotId: text(8),
      }),
    },
    transactionReversed: {
      no: 35,
      of: message({
        transactionPosition: int64(1),
        lotId: text(2),
        reversed: messages(3, ASSET_AMOUNT),
        owed: messages(4, ASSET_AMOUNT),
        reason: text(5),
        caseId: text(6),
        requestedBy: text(7),
        redecisions: messages(8, REDECISION),
      }),
    },
    accountOpened: { no: 36, of: message({ reason: text(1) }) },
    accountClosed: {
      no: 37,
      of: message({ reason: text(1), requestedBy: text(2), forfeited: messages(3, ASSET_AMOUNT) }),
    },
    accountFrozen: { no: 38, of: message({ reason: text(1), requestedBy: text(2) }) },
    accountUnfrozen: { no: 39, of: message({ reason: text(1), requestedBy: text(2) }) },
    trustOverridden: {
      no: 40,
      of: message({
        level: optionalInt32(1),
        reason: text(2),
        requestedBy: text(3),
        abuseConfirmed: bool(4),
      }),
    },
    riskHoldPlaced: {
      no: 41,
      of: message({
        riskHoldId: text(1),
        kind: text(2),
        detail: text(3),
        evidenceJson: text(4),
        untilUs: int64(5),
        lotIds: texts(6),
      }),
    },
    riskHoldResolved: {
      no: 42,
      of: message({
        riskHoldId: text(1),
        lotIds: texts(2),
        resolution: named(3, ['release', 'claw_back']),
        reason: text(4),
        caseId: text(5),
        resolvedBy: text(6),
        redecisions: messages(7, REDECISION),
      }),
    },
    lotExpiring: {
      no: 43,
      of: message({
        lotId: text(1),
        asset: text(2),
        remaining: int64(3),
        expiresAtUs: int64(4),
        daysLeft: int32(5),
      }),
    },
  };
