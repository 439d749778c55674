import type { Account, HeldPart, Hold } from './account';
import { sumOfParts, type Booking } from './booking';
import type { AssetAmount, CaptureHold, ExtendHold, PlaceHold, ReleaseHold, SettleHold } from './commands';
import { INFLUENCE } from './assets';
import { closedAccount, type Handler } from './handler';
import { GRACE_US, MAX_ASSETS_PER_HOLD, MAX_CLOSED_HOLDS, MAX_HOLD_LIFE_US, MAX_OPEN_HOLDS } from './limits';
import type { Decided } from './record';
import { refusal, type Refusal } from './refusals';

/** Reserves lots in spending order: all amounts or none. */
export const placeHold: Handler<PlaceHold> = (booking, command) => {
  const { holdId, redemptionId, sku, amounts, expiresAtUs } = command;
  const refused = checkHold(booking, command);
  if (refused !== null) return refused;
  const parts: HeldPart[] = [];
  for (const wanted of amounts) {
    const taken = booking.take(wanted, sku);
    if (typeof taken === 'string') return refusal(taken, `${wanted.asset} for ${sku}`);
    parts.push(...taken);
  }
  const lots = parts.map(({ lot, amount }) => ({ lotId: lot.id, asset: lot.asset, amount }));
  for (const part of lots) booking.move('hold', part);
  const value = { holdId, redemptionId, sku, amounts, lots, expiresAtUs };
  const hold: Hold = { id: holdId, redemptionId, sku, expiresAtUs, parts };
  return booking.decided({ case: 'holdPlaced', value }, { holds: [...booking.account.holds, hold] });
};

function checkHold(booking: Booking, command: PlaceHold): Refusal | null {
  const { account } = booking;
  const { holdId, amounts, expiresAtUs } = command;
  if (account.holds.some((hold) => hold.id === holdId) || account.closedHolds.includes(holdId)) {
    return refusal('hold_exists', `hold ${holdId} was placed before`);
  }
  const closed = closedAccount(booking);
  if (closed !== null) return closed;
  if (account.frozen) return refusal('account_frozen', 'the account is frozen');
  const assets = new Set(amounts.map(({ asset }) => asset));
  const wellFormed =
    amounts.length > 0 &&
    amounts.length <= MAX_ASSETS_PER_HOLD &&
    assets.size === amounts.length &&
    !assets.has(INFLUENCE) &&
    amounts.every(({ amount }) => amount > 0n);
  if (!wellFormed) return refusal('amounts_invalid', 'a hold needs amounts above 0, each asset once');
  const life = expiresAtUs - booking.nowUs;
  if (life <= 0n || life > MAX_HOLD_LIFE_US) {
    return refusal('expiry_invalid', 'a hold ends within 14 days from now');
  }
  if (account.holds.length < MAX_OPEN_HOLDS) return null;
  return refusal('too_many_holds', `at most ${String(MAX_OPEN_HOLDS)} holds at a time`);
}

/** Captures what was used, in spending order, and gives the rest back to the lots it came from (I8). */
export const settleHold: Handler<SettleHold> = (booking, command) => {
  const hold = openHold(booking.account, command.holdId);
  if ('refused' in hold) return hold;
  return checkCapture(hold, command.captured) ?? settle(booking, hold, command);
};

/** Captures a part; what is left stays held, unless nothing is left or it is to be given back at once. */
export const captureHold: Handler<CaptureHold> = (booking, command) => {
  const { holdId, captured, reason, releaseRemainder } = command;
  const hold = openHold(booking.account, holdId);
  if ('refused' in hold) return hold;
  if (!releaseRemainder && captured.every(({ amount }) => amount === 0n)) {
    return refusal('capture_invalid', 'a partial capture takes something');
  }
  const refused = checkCapture(hold, captured);
  if (refused !== null) return refused;
  const split = splitParts(hold.parts, captured);
  if (releaseRemainder || split.left.length === 0) return settle(booking, hold, command);
  capture(booking, hold, split.captured);
  const { redemptionId } = hold;
  const sums = { captured: sumOfParts(split.captured), remaining: sumOfParts(split.left) };
  const holds = booking.account.holds.map((open) => (open === hold ? { ...hold, parts: split.left } : open));
  return booking.decided(
    { case: 'holdCaptured', value: { holdId, redemptionId, ...sums, reason } },
    { holds },
  );
};

function settle(
  booking: Booking,
  hold: Hold,
  { captured, reason }: { readonly captured: readonly AssetAmount[]; readonly reason: string },
): Decided {
  const split = splitParts(hold.parts, captured);
  capture(booking, hold, split.captured);
  giveBack(booking, split.left, reason);
  const sums = { captured: sumOfParts(split.captured), released: sumOfParts(split.left) };
  const { id: holdId, redemptionId } = hold;
  return booking.decided(
    { case: 'holdSettled', value: { holdId, redemptionId, ...sums, reason } },
    endHold(booking.account, hold),
  );
}

/** Gives a whole hold back. */
export const releaseHold: Handler<ReleaseHold> = (booking, { holdId, reason }) => {
  const hold = openHold(booking.account, holdId);
  if ('refused' in hold) return hold;
  giveBack(booking, hold.parts, reason);
  const { redemptionId } = hold;
  const value = { holdId, redemptionId, released: sumOfParts(hold.parts), reason };
  return booking.decided({ case: 'holdReleased', value }, endHold(booking.account, hold));
};

/** Moves a hold's expiry further out. */
export const extendHold: Handler<ExtendHold> = (booking, { holdId, expiresAtUs }) => {
  const { account } = booking;
  const hold = openHold(account, holdId);
  if ('refused' in hold) return hold;
  if (account.frozen) return refusal('account_frozen', 'the account is frozen');
  if (expiresAtUs <= hold.expiresAtUs || expiresAtUs - booking.nowUs > MAX_HOLD_LIFE_US) {
    return refusal('expiry_invalid', 'a hold is moved to a later end, within 14 days from now');
  }
  const holds = account.holds.map((open) => (open === hold ? { ...hold, expiresAtUs } : open));
  const value = { holdId, redemptionId: hold.redemptionId, expiresAtUs };
  return booking.decided({ case: 'holdExtended', value }, { holds });
};

function openHold(account: Account, holdId: string): Hold | Refusal {
  const hold = account.holds.find((open) => open.id === holdId);
  if (hold !== undefined) return hold;
  if (account.closedHolds.includes(holdId)) return refusal('hold_closed', `hold ${holdId} has ended`);
  return refusal('hold_unknown', `no hold ${holdId}`);
}

function checkCapture(hold: Hold, captured: readonly AssetAmount[]): Refusal | null {
  const held = new Map(sumOfParts(hold.parts).map(({ asset, amount }) => [asset, amount]));
  const assets = new Set(captured.map(({ asset }) => asset));
  if (assets.size < captured.length || captured.some(({ amount }) => amount < 0n)) {
    return refusal('capture_invalid', 'captured amounts are 0 or more, each asset once');
  }
  const over = captured.find(({ asset, amount }) => amount > (held.get(asset) ?? 0n));
  return over === undefined ? null : refusal('capture_exceeds_held', `more ${over.asset} than the hold has`);
}

function capture(booking: Booking, hold: Hold, parts: readonly HeldPart[]): void {
  for (const { lot, amount } of parts) {
    booking.move('capture', { asset: lot.asset, amount, lotId: lot.id, platform: `consumed/${hold.sku}` });
    booking.touch(booking.liveLot(lot) ?? { ...lot, remaining: 0n, expiresAtUs: booking.endOf(lot) });
  }
}

function giveBack(booking: Booking, parts: readonly HeldPart[], reason: string): void {
  const leastEndUs = reason === 'platform_fault' ? booking.nowUs + GRACE_US : 0n;
  for (const part of parts) {
    booking.move('release', { asset: part.lot.asset, amount: part.amount, lotId: part.lot.id });
    booking.giveBack(part, leastEndUs);
  }
}

function endHold(account: Account, hold: Hold): Partial<Account> {
  return {
    holds: account.holds.filter((open) => open !== hold),
    closedHolds: [...account.closedHolds, hold.id].slice(-MAX_CLOSED_HOLDS),
  };
}

/** Splits held parts into what is captured, first parts first, and what is left. */
function splitParts(
  parts: readonly HeldPart[],
  wanted: readonly AssetAmount[],
): { readonly captured: readonly HeldPart[]; readonly left: readonly HeldPart[] } {
  const missing = new Map(wanted.map(({ asset, amount }) => [asset, amount]));
  const captured: HeldPart[] = [];
  const left: HeldPart[] = [];
  for (const { lot, amount } of parts) {
    const wantedOfIt = missing.get(lot.asset) ?? 0n;
    const taken = wantedOfIt < amount ? wantedOfIt : amount;
    missing.set(lot.asset, wantedOfIt - taken);
    if (taken > 0n) captured.push({ lot, amount: taken });
    if (taken < amount) left.push({ lot, amount: amount - taken });
  }
  return { captured, left };
}
