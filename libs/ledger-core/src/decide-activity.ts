import { decideEvent } from '@kuda/rules';
import type { Booking } from './booking';
import type { Activity, DecideActivity } from './commands';
import { closedAccount, type Handler } from './handler';
import { bookRuleAward } from './rule-awards';

/** Runs the rules over one accepted event and books what they pay: one record, whatever the outcome. */
export const decideActivity: Handler<DecideActivity> = (booking, { activity }, set) => {
  const closed = closedAccount(booking);
  if (closed !== null) return closed;
  const decided = decideEvent(set, booking.account.rules, {
    type: activity.type,
    subject: activity.subject,
    beneficiary: activity.beneficiary,
    timeUs: activity.timeUs,
    data: activity.data,
    claims: activity.personKeyFirst === undefined ? {} : { personKeyFirst: activity.personKeyFirst },
  });
  const risk = riskOf(booking, activity, decided.riskReasons);
  const pays = decided.decisions.some(({ amountPaid }) => amountPaid > 0n);
  if (pays && risk.riskHoldId !== '') openRiskHold(booking, risk);
  const position = booking.facts.position.toString();
  const decisions = decided.decisions.map((decision, index) =>
    bookRuleAward(booking, set, {
      decision,
      lotId: `lot-${position}.${String(index + 1)}`,
      timeUs: activity.timeUs,
      riskHoldId: risk.riskHoldId,
    }),
  );
  const value = {
    source: activity.source,
    eventId: activity.eventId,
    type: activity.type,
    subject: activity.subject,
    time: activity.time,
    timeUs: activity.timeUs,
    ruleSet: set.name,
    decisions,
    dataJson: activity.dataJson,
    backfill: activity.backfill,
    ...(activity.personKeyFirst === undefined ? {} : { personKeyFirst: activity.personKeyFirst }),
    riskReasons: risk.reasons,
    ruleSetHash: set.hash,
  };
  const { memory, trust } = decided.account;
  return booking.decided({ case: 'activityDecided', value }, { status: 'open', rules: { memory, trust } });
};

interface Risk {
  readonly reasons: readonly string[];
  readonly riskHoldId: string;
}

/**
 * Why the event's awards wait for an operator: a risk hold that catches awards to come, what intake claimed, what the
 * user's own events show. Awards kept for the same reasons wait under one risk hold until it is resolved.
 */
function riskOf(booking: Booking, activity: Activity, found: readonly string[]): Risk {
  const catching = activeRiskHold(booking);
  const claimed = [...(activity.riskReasons ?? []), ...found];
  const reasons = [...new Set(catching === null ? claimed : [...claimed, catching.kind])].sort();
  if (reasons.length === 0) return { reasons, riskHoldId: '' };
  if (catching !== null) return { reasons, riskHoldId: catching.id };
  const kind = reasons.join('+');
  const open = booking.riskHolds.find((hold) => hold.kind === kind && hold.untilUs === 0n);
  return { reasons, riskHoldId: open?.id ?? `risk-${booking.facts.position.toString()}` };
}

/** The risk hold that catches awards decided now, or null. */
export function activeRiskHold(booking: Booking): { readonly id: string; readonly kind: string } | null {
  return booking.riskHolds.find((hold) => hold.untilUs > booking.nowUs) ?? null;
}

function openRiskHold(booking: Booking, { reasons, riskHoldId: id }: Risk): void {
  if (booking.riskHolds.some((hold) => hold.id === id)) return;
  booking.riskHolds = [...booking.riskHolds, { id, kind: reasons.join('+'), untilUs: 0n, waiting: 0 }];
}
