import {
  create,
  DecisionOutcome,
  fromBinary,
  LedgerRecordSchema,
  toBinary,
  type LedgerRecord,
} from '@kuda/contracts';
import type { Body, Decided, Decision, LedgerFacts } from '@kuda/ledger-core';
import type { TrustFacts } from '@kuda/rules';

const OUTCOMES: Readonly<Record<Decision['outcome'], DecisionOutcome>> = {
  awarded: DecisionOutcome.AWARDED,
  trimmed: DecisionOutcome.TRIMMED,
  suppressed: DecisionOutcome.SUPPRESSED,
  not_matched: DecisionOutcome.NOT_MATCHED,
  shadow: DecisionOutcome.SHADOW,
};

const OUTCOME_NAMES: ReadonlyMap<DecisionOutcome, Decision['outcome']> = new Map(
  Object.entries(OUTCOMES).map(([name, wire]) => [wire, name as Decision['outcome']]),
);

/** The domain's name of an outcome on the wire. */
export function outcomeName(wire: DecisionOutcome): Decision['outcome'] {
  const name = OUTCOME_NAMES.get(wire);
  if (name === undefined) throw new RangeError(`decision outcome ${String(wire)}`);
  return name;
}

/** Kind of an entry: the body's name with a capital, as in the other logs. */
export function entryKind(body: Body['case']): string {
  return body.charAt(0).toUpperCase() + body.slice(1);
}

/** Encodes what was decided: once; log, topic and readers share these bytes. */
export function encodeRecord(
  decided: Decided,
  facts: LedgerFacts,
  of: { readonly userId: string; readonly commandId: string },
): Buffer {
  const { account } = decided;
  const message = create(LedgerRecordSchema, {
    position: facts.position,
    accountVersion: facts.version,
    userId: of.userId,
    commandId: of.commandId,
    recordedAtUs: facts.recordedAtUs,
    body: wireBody(decided.body),
    entries: [...decided.entries],
    balances: [...account.balances].map(([asset, balance]) => ({ asset, ...balance })),
    trust: wireTrust(account.rules.trust),
  });
  const bytes = toBinary(LedgerRecordSchema, message);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function decodeRecord(payload: Uint8Array): LedgerRecord {
  return fromBinary(LedgerRecordSchema, payload);
}

/** Trust facts on the wire: a registration time of 0 stands for none. */
export function wireTrust(trust: TrustFacts) {
  return { ...trust, registeredAtUs: trust.registeredAtUs ?? 0n };
}

function wireBody(body: Body) {
  switch (body.case) {
    case 'activityDecided': {
      const decisions = body.value.decisions.map((decision) => ({
        ...decision,
        outcome: OUTCOMES[decision.outcome],
      }));
      return { case: body.case, value: { ...body.value, decisions } };
    }
    case 'holdPlaced':
      return {
        case: body.case,
        value: { ...body.value, amounts: [...body.value.amounts], lots: [...body.value.lots] },
      };
    case 'holdSettled': {
      const { captured, released } = body.value;
      return { case: body.case, value: { ...body.value, captured: [...captured], released: [...released] } };
    }
    case 'holdReleased':
      return { case: body.case, value: { ...body.value, released: [...body.value.released] } };
    case 'awardMatured':
    case 'commandRefused':
    case 'lotExpired':
      return body;
  }
}
