import type { Account, HeldPart, Hold } from './account';
import type { AssetAmount, PlaceHold, ReleaseHold, SettleHold } from './commands';
import { giveBack, sumByAsset, takeFromLots } from './lots';
import { post, type Move } from './postings';
import type { Decided, LedgerFacts } from './record';
import { refusal, REFUSALS, type Refusal } from './refusals';

const US_PER_DAY = 86_400_000_000n;
/** A hold lives through its wait in the queue (72 h), its session (24 h) and the settlement; no longer than this. */
const MAX_HOLD_LIFE_US = 14n * US_PER_DAY;
const MAX_OPEN_HOLDS = 16;
const MAX_ASSETS_PER_HOLD = 8;
/** Ended holds whose ids are remembered, to tell `hold_closed` from `hold_unknown`. */
const MAX_CLOSED_HOLDS = 64;
/** After a fault of the platform, what comes back can be spent for at least this long (DOMAIN.md section 5). */
const FAULT_GRACE_US = 14n * US_PER_DAY;
/** Never spendable. */
const INFLUENCE = 'INFLUENCE';

/** Reserves lots in spending order: all amounts or none. */
export function placeHold(account: Account, command: PlaceHold, facts: LedgerFacts): Decided {
  const { holdId, redemptionId, sku, amounts, expiresAtUs } = command;
  const checked = checkHold(account, command, facts);
  if ('refused' in checked) return refuse(account, { holdId, redemptionId }, checked, facts);
  const parts = checked.parts;
  const posted = post(
    account,
    parts.map((part) => moveOf(part, 'available', 'held')),
  );
  const hold: Hold = { id: holdId, redemptionId, sku, expiresAtUs, parts };
  const lots = parts.map((part) => ({ lotId: part.lot.id, asset: part.lot.asset, amount: part.amount }));
  return {
    ...posted,
    body: { case: 'holdPlaced', value: { holdId, redemptionId, sku, amounts, lots, expiresAtUs } },
    account: {
      ...posted.account,
      version: facts.version,
      lots: checked.lots,
      holds: [...account.holds, hold],
    },
  };
}

/** The ladder of refusals of a hold, in the order of the table. */
function checkHold(
  account: Account,
  command: PlaceHold,
  facts: LedgerFacts,
): { readonly lots: Account['lots']; readonly parts: readonly HeldPart[] } | Refusal {
  const known =
    account.holds.some((hold) => hold.id === command.holdId) || account.closedHolds.includes(command.holdId);
  if (known) return refusal('hold_exists', `hold ${command.holdId} was placed before`);
  const assets = new Set(command.amounts.map((amount) => amount.asset));
  const wellFormed =
    command.amounts.length > 0 &&
    command.amounts.length <= MAX_ASSETS_PER_HOLD &&
    assets.size === command.amounts.length &&
    !assets.has(INFLUENCE) &&
    command.amounts.every((amount) => amount.amount > 0n);
  if (!wellFormed) return refusal('amounts_invalid', 'a hold needs amounts above 0, each asset once');
  const life = command.expiresAtUs - facts.recordedAtUs;
  if (life <= 0n || life > MAX_HOLD_LIFE_US)
    return refusal('expiry_invalid', 'a hold ends within 14 days from now');
  if (account.holds.length >= MAX_OPEN_HOLDS) {
    return refusal('too_many_holds', `at most ${String(MAX_OPEN_HOLDS)} holds at a time`);
  }
  let lots = account.lots;
  const parts: HeldPart[] = [];
  for (const amount of command.amounts) {
    const taken = takeFromLots(lots, amount);
    if (taken === null) return refusal('insufficient_available', `not enough ${amount.asset} available`);
    lots = taken.lots;
    parts.push(...taken.parts);
  }
  return { lots, parts };
}

/** Captures what was used, in spending order, and gives the rest back to the lots it came from (I8). */
export function settleHold(account: Account, command: SettleHold, facts: LedgerFacts): Decided {
  const { holdId, reason } = command;
  const hold = openHold(account, holdId);
  if ('refused' in hold) return refuse(account, { holdId, redemptionId: '' }, hold, facts);
  const { redemptionId } = hold;
  const invalid = checkCapture(hold, command.captured);
  if (invalid !== null) return refuse(account, { holdId, redemptionId }, invalid, facts);
  const { captured, released } = splitParts(hold.parts, command.captured);
  const moves = [
    ...captured.map((part): Move => ({
      ...moveOf(part, 'held', 'held'),
      to: { platform: `consumed/${hold.sku}` },
    })),
    ...released.map((part) => moveOf(part, 'held', 'available')),
  ];
  const leastExpiryUs = reason === 'platform_fault' ? facts.recordedAtUs + FAULT_GRACE_US : 0n;
  const ended = endHold(account, hold, { moves, released, leastExpiryUs, facts });
  const sums = { captured: sumByAsset(captured), released: sumByAsset(released) };
  return { ...ended, body: { case: 'holdSettled', value: { holdId, redemptionId, ...sums, reason } } };
}

function checkCapture(hold: Hold, captured: readonly AssetAmount[]): Refusal | null {
  const held = new Map(sumByAsset(hold.parts).map(({ asset, amount }) => [asset, amount]));
  const assets = new Set(captured.map((amount) => amount.asset));
  const wellFormed = assets.size === captured.length && captured.every((amount) => amount.amount >= 0n);
  if (!wellFormed) return refusal('capture_invalid', 'captured amounts are 0 or more, each asset once');
  const over = captured.find((amount) => amount.amount > (held.get(amount.asset) ?? 0n));
  return over === undefined ? null : refusal('capture_exceeds_held', `more ${over.asset} than the hold has`);
}

/** Gives a whole hold back. */
export function releaseHold(account: Account, command: ReleaseHold, facts: LedgerFacts): Decided {
  const { holdId, reason } = command;
  const hold = openHold(account, holdId);
  if ('refused' in hold) return refuse(account, { holdId, redemptionId: '' }, hold, facts);
  const moves = hold.parts.map((part) => moveOf(part, 'held', 'available'));
  const leastExpiryUs = reason === 'platform_fault' ? facts.recordedAtUs + FAULT_GRACE_US : 0n;
  const ended = endHold(account, hold, { moves, released: hold.parts, leastExpiryUs, facts });
  const released = sumByAsset(hold.parts);
  const { redemptionId } = hold;
  return { ...ended, body: { case: 'holdReleased', value: { holdId, redemptionId, released, reason } } };
}

function openHold(account: Account, holdId: string): Hold | Refusal {
  const hold = account.holds.find((open) => open.id === holdId);
  if (hold !== undefined) return hold;
  if (account.closedHolds.includes(holdId)) return refusal('hold_closed', `hold ${holdId} has ended`);
  return refusal('hold_unknown', `no hold ${holdId}`);
}

interface HoldEnd {
  readonly moves: readonly Move[];
  readonly released: readonly HeldPart[];
  readonly leastExpiryUs: bigint;
  readonly facts: LedgerFacts;
}

function endHold(account: Account, hold: Hold, end: HoldEnd): Omit<Decided, 'body'> {
  const posted = post(account, end.moves);
  return {
    ...posted,
    account: {
      ...posted.account,
      version: end.facts.version,
      lots: giveBack(account.lots, end.released, end.leastExpiryUs),
      holds: account.holds.filter((open) => open.id !== hold.id),
      closedHolds: [...account.closedHolds, hold.id].slice(-MAX_CLOSED_HOLDS),
    },
  };
}

/** Splits held parts into what is captured, first parts first, and what is left. */
function splitParts(
  parts: readonly HeldPart[],
  wanted: readonly AssetAmount[],
): { readonly captured: readonly HeldPart[]; readonly released: readonly HeldPart[] } {
  const missing = new Map(wanted.map(({ asset, amount }) => [asset, amount]));
  const captured: HeldPart[] = [];
  const released: HeldPart[] = [];
  for (const { lot, amount } of parts) {
    const left = missing.get(lot.asset) ?? 0n;
    const taken = left < amount ? left : amount;
    missing.set(lot.asset, left - taken);
    if (taken > 0n) captured.push({ lot, amount: taken });
    if (taken < amount) released.push({ lot, amount: amount - taken });
  }
  return { captured, released };
}

function moveOf(part: HeldPart, from: 'available' | 'held', to: 'available' | 'held'): Move {
  const { asset, id } = part.lot;
  const side = (user: 'available' | 'held') => (user === 'available' ? { user, lotId: id } : { user });
  return { asset, amount: part.amount, from: side(from), to: side(to) };
}

function refuse(
  account: Account,
  about: { readonly holdId: string; readonly redemptionId: string },
  refused: Refusal,
  facts: LedgerFacts,
): Decided {
  const value = {
    code: REFUSALS[refused.refused],
    reason: refused.refused,
    ...about,
    detail: refused.detail,
    command: '',
  };
  return {
    body: { case: 'commandRefused', value },
    entries: [],
    balances: [],
    lots: [],
    account: { ...account, version: facts.version },
  };
}
