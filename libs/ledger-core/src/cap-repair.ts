import { repairCaps as repairRules, type HistoryStep, type RuleSet } from '@kuda/rules';
import type { Account } from './account';
import type { Bodies, Decision, Redecision } from './body';
import type { Booking } from './booking';
import { activeRiskHold } from './decide-activity';
import { positionOfLot } from './pending';
import type { Recorded } from './record';
import { bookRuleAward } from './rule-awards';

/** Suppressed decisions that a reversal made room for, booked; and what the rules remember after it (I11). */
interface CapRepair {
  readonly redecisions: readonly Redecision[];
  readonly rules: Account['rules'];
}

/** A decision with the position of the event's own record, wherever it was decided. */
interface Placed {
  readonly position: bigint;
  readonly decision: Decision;
}

/**
 * Forgets what was taken back of awards, and decides again what they had used up: as if they had never been paid. Reads
 * the user's history; lots that no rule awarded change nothing.
 */
export function repairCaps(booking: Booking, set: RuleSet, lotIds: readonly string[]): CapRepair {
  const { rules } = booking.account;
  const history = lotIds.length === 0 ? [] : (booking.facts.history?.() ?? []);
  const decisions = new Map(decisionsOf(history).map((placed) => [placed.decision.lotId, placed]));
  const reversed = lotIds.flatMap((lotId) => {
    const placed = decisions.get(lotId);
    return placed === undefined ? [] : [{ position: placed.position, rule: placed.decision.rule }];
  });
  if (reversed.length === 0) return { redecisions: [], rules };
  const steps = stepsOf(booking, history);
  const repaired = repairRules(set, rules, steps, reversed);
  const riskHoldId = activeRiskHold(booking)?.id ?? '';
  const own = booking.facts.position.toString();
  const redecisions = repaired.redecided.map(({ position, event, decision }, index): Redecision => {
    const lotId = `lot-${own}.${String(index + 1)}`;
    const booked = bookRuleAward(booking, set, { decision, lotId, timeUs: event.timeUs, riskHoldId });
    const { source, eventId } = eventAt(history, position);
    return { decidedPosition: position, source, eventId, decision: booked };
  });
  const { memory, trust } = repaired.account;
  return { redecisions, rules: { memory, trust } };
}

function decisionsOf(history: readonly Recorded[]): readonly Placed[] {
  return history.flatMap(({ position, body }): readonly Placed[] => {
    if (body.case === 'activityDecided')
      return body.value.decisions.map((decision) => ({ position, decision }));
    return redecisionsOf(body).map(({ decidedPosition, decision }) => ({
      position: decidedPosition,
      decision,
    }));
  });
}

function redecisionsOf(body: Recorded['body']): readonly Redecision[] {
  return body.case === 'transactionReversed' || body.case === 'riskHoldResolved'
    ? body.value.redecisions
    : [];
}

/** The history as the rules read it: what was decided again stands in the place of what was suppressed. */
function stepsOf(booking: Booking, history: readonly Recorded[]): readonly HistoryStep[] {
  const again = new Map(
    history.flatMap(({ body }) =>
      redecisionsOf(body).map(({ decidedPosition, decision }) => [
        `${decidedPosition.toString()} ${decision.rule}`,
        decision,
      ]),
    ),
  );
  return history.flatMap(({ position, body }): readonly HistoryStep[] => {
    if (body.case === 'trustOverridden') {
      const { level, abuseConfirmed } = body.value;
      return [{ kind: 'trust_overridden', override: { overrideLevel: level, abuseConfirmed } }];
    }
    if (body.case !== 'activityDecided') return [];
    const decisions = body.value.decisions.map((decision) => {
      const last = again.get(`${position.toString()} ${decision.rule}`) ?? decision;
      return { ...last, amountReversed: reversedOf(booking, last.lotId) };
    });
    return [{ kind: 'event', position, event: ruleEvent(booking, body.value), decisions }];
  });
}

function reversedOf(booking: Booking, lotId: string): bigint {
  if (lotId === '') return 0n;
  return booking.reversed.find({ position: positionOfLot(lotId), part: lotId })?.amount ?? 0n;
}

/** The event as it was decided; it was decided in this user's log, so the user is who could be paid. */
function ruleEvent(booking: Booking, decided: Bodies['activityDecided']) {
  const { type, subject, timeUs, dataJson, personKeyFirst } = decided;
  const data = JSON.parse(Buffer.from(dataJson).toString('utf8')) as Readonly<Record<string, unknown>>;
  const claims = personKeyFirst === undefined ? {} : { personKeyFirst };
  return { type, subject, beneficiary: booking.account.userId, timeUs, data, claims };
}

function eventAt(history: readonly Recorded[], position: bigint): Bodies['activityDecided'] {
  const record = history.find((each) => each.position === position);
  if (record?.body.case !== 'activityDecided') throw new RangeError(`no event at ${position.toString()}`);
  return record.body.value;
}
