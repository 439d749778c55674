import type { Booking } from './booking';
import { repairCaps } from './cap-repair';
import type { PlaceRiskHold, ResolveRiskHold } from './commands';
import { cancelPending, waitUnder } from './credits';
import { closedAccount, type Handler } from './handler';
import { MAX_AWARDS_PER_RECORD, MAX_RISK_HOLDS, MAX_RISK_HOLD_US } from './limits';
import { positionOfLot, twinLotId, type PendingAward } from './pending';
import { refusal, type Refusal } from './refusals';

/** Keeps the awards that are pending, and those decided until a time, for an operator (DOMAIN.md section 6). */
export const placeRiskHold: Handler<PlaceRiskHold> = (booking, command) => {
  const { riskHoldId, kind, detail, evidenceJson, untilUs } = command;
  const refused = checkRiskHold(booking, command);
  if (refused !== null) return refused;
  const caught = awardsUnder(booking, '');
  if (caught === null) return refusal('too_many_lots', 'too many pending awards');
  for (const award of caught) booking.pending = booking.pending.put({ ...award, riskHoldId });
  const hold = { id: riskHoldId, kind, untilUs, waiting: caught.length };
  if (hold.waiting > 0 || untilUs > 0n) booking.riskHolds = [...booking.riskHolds, hold];
  const lotIds = caught.map(({ lotId }) => lotId);
  const value = { riskHoldId, kind, detail, evidenceJson, untilUs, lotIds };
  return booking.decided({ case: 'riskHoldPlaced', value });
};

function checkRiskHold(booking: Booking, { riskHoldId, untilUs }: PlaceRiskHold): Refusal | null {
  const closed = closedAccount(booking);
  if (closed !== null) return closed;
  forgetOver(booking);
  const { riskHolds, nowUs } = booking;
  if (riskHolds.some(({ id }) => id === riskHoldId)) return refusal('risk_hold_exists', riskHoldId);
  if (untilUs !== 0n && (untilUs <= nowUs || untilUs > nowUs + MAX_RISK_HOLD_US)) {
    return refusal('expiry_invalid', 'a risk hold catches awards for at most 90 days from now');
  }
  if (riskHolds.length < MAX_RISK_HOLDS) return null;
  return refusal('too_many_risk_holds', `at most ${String(MAX_RISK_HOLDS)} at a time`);
}

/** Ends a risk hold of one award, or of all: they mature as they would have, or are taken back. */
export const resolveRiskHold: Handler<ResolveRiskHold> = (booking, command, set) => {
  const closed = closedAccount(booking);
  if (closed !== null) return closed;
  forgetOver(booking);
  const { riskHoldId, lotId, resolution, reason, caseId, resolvedBy } = command;
  if (booking.riskHolds.every(({ id }) => id !== riskHoldId)) {
    return refusal('risk_hold_unknown', `no risk hold ${riskHoldId}`);
  }
  const awards = chosenAwards(booking, riskHoldId, lotId);
  if ('refused' in awards) return awards;
  const clawsBack = resolution === 'claw_back';
  for (const award of awards) (clawsBack ? clawBack : release)(booking, award);
  if (lotId === '') booking.riskHolds = booking.riskHolds.filter(({ id }) => id !== riskHoldId);
  const lotIds = awards.map((award) => award.lotId);
  const { redecisions, rules } = repairCaps(booking, set, clawsBack ? lotIds : []);
  const value = { riskHoldId, lotIds, resolution, reason, caseId, resolvedBy, redecisions };
  return booking.decided({ case: 'riskHoldResolved', value }, { rules });
};

/** Risk holds that keep nothing and whose time is over are forgotten, without an entry. */
function forgetOver(booking: Booking): void {
  const kept = booking.riskHolds.filter(({ waiting, untilUs }) => waiting > 0 || untilUs > booking.nowUs);
  if (kept.length < booking.riskHolds.length) booking.riskHolds = kept;
}

function chosenAwards(
  booking: Booking,
  riskHoldId: string,
  lotId: string,
): readonly PendingAward[] | Refusal {
  if (lotId !== '') {
    const award = booking.pending.find({ lotId });
    if (award?.riskHoldId === riskHoldId) return [award];
    return refusal('lot_unknown', `risk hold ${riskHoldId} does not keep ${lotId}`);
  }
  return (
    awardsUnder(booking, riskHoldId) ??
    refusal('too_many_lots', 'too many awards; resolve some of them first')
  );
}

/** The pending awards under a risk hold, or under none; null when they are too many for one record. */
function awardsUnder(booking: Booking, riskHoldId: string): readonly PendingAward[] | null {
  const awards: PendingAward[] = [];
  for (const award of booking.pending.items()) {
    if (award.riskHoldId !== riskHoldId) continue;
    if (awards.length === MAX_AWARDS_PER_RECORD) return null;
    awards.push(award);
  }
  return awards;
}

/** Matures when its time has come, which may be now: by an entry of its own. */
function release(booking: Booking, award: PendingAward): void {
  waitUnder(booking, award.riskHoldId, -1);
  booking.pending = booking.pending.put({ ...award, riskHoldId: '' });
}

/** Takes a pending award back; to a later reversal of its transaction it is reversed. */
function clawBack(booking: Booking, award: PendingAward): void {
  const { lotId, amount, twins } = award;
  const position = positionOfLot(lotId);
  for (const part of [lotId, ...twins.map(({ asset }) => twinLotId(lotId, asset))]) {
    const before = booking.reversed.find({ position, part })?.amount ?? 0n;
    booking.reversed = booking.reversed.put({ position, part, amount: before + amount });
  }
  cancelPending(booking, award, amount);
}
