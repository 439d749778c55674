import { packMemory, unpackMemory, type PackedMemory, type TrustFacts } from '@kuda/rules';
import type { Account, Balance, HeldPart, Hold, Lot, PendingAward } from './account';

/** Version of the packed form; a reader knows every version that was ever written. */
const FORMAT = 1;

type PackedLot = readonly [
  id: string,
  asset: string,
  origin: string,
  priority: number,
  ...numbers: readonly string[],
];
type PackedPending = readonly [lotId: string, rule: string, asset: string, ...numbers: readonly string[]];
type PackedHold = readonly [
  id: string,
  redemptionId: string,
  sku: string,
  expiresAtUs: string,
  parts: readonly (readonly [PackedLot, string])[],
];

/** The packed account. Numbers that may be amounts or instants are decimal strings. */
interface Packed {
  readonly format: number;
  readonly user: string;
  readonly version: string;
  readonly balances: readonly (readonly [string, ...(readonly string[])])[];
  readonly lots: readonly PackedLot[];
  readonly pending: readonly PackedPending[];
  readonly holds: readonly PackedHold[];
  readonly closed: readonly string[];
  readonly memory: PackedMemory;
  readonly trust: readonly [string | null, string, boolean, string, string, number | null, boolean];
}

/** Packs an account: compact JSON, the same bytes for the same account. */
export function encodeAccount(account: Account): Buffer {
  const { trust, memory } = account.rules;
  const packed: Packed = {
    format: FORMAT,
    user: account.userId,
    version: account.version.toString(),
    balances: [...account.balances].map(([asset, balance]) => [asset, ...packBalance(balance)]),
    lots: account.lots.map(packLot),
    pending: account.pending.map(packPending),
    holds: account.holds.map(packHold),
    closed: account.closedHolds,
    memory: packMemory(memory),
    trust: [
      trust.registeredAtUs?.toString() ?? null,
      trust.succeededDeviceSeconds.toString(),
      trust.factorEnrolled,
      trust.valueLaneAwards.toString(),
      trust.valueLanePoints.toString(),
      trust.overrideLevel,
      trust.abuseConfirmed,
    ],
  };
  return Buffer.from(JSON.stringify(packed));
}

/** Unpacks what `encodeAccount` wrote; anything else is a fault of the store. */
export function decodeAccount(bytes: Buffer): Account {
  const packed = JSON.parse(bytes.toString('utf8')) as Packed;
  if (packed.format !== FORMAT) throw new RangeError(`packed account of format ${String(packed.format)}`);
  return {
    userId: packed.user,
    version: BigInt(packed.version),
    balances: new Map(packed.balances.map(([asset, ...numbers]) => [asset, unpackBalance(numbers)])),
    lots: packed.lots.map(unpackLot),
    pending: packed.pending.map(unpackPending),
    holds: packed.holds.map(unpackHold),
    closedHolds: packed.closed,
    rules: { memory: unpackMemory(packed.memory), trust: unpackTrust(packed.trust) },
  };
}

function packBalance({ available, pending, held, debt }: Balance): readonly string[] {
  return [available.toString(), pending.toString(), held.toString(), debt.toString()];
}

function unpackBalance([available = '', pending = '', held = '', debt = '']: readonly string[]): Balance {
  return { available: BigInt(available), pending: BigInt(pending), held: BigInt(held), debt: BigInt(debt) };
}

function packLot(lot: Lot): PackedLot {
  const numbers = [lot.expiresAtUs.toString(), lot.original.toString(), lot.remaining.toString()];
  return [lot.id, lot.asset, lot.origin, lot.priority, ...numbers];
}

function unpackLot([
  id,
  asset,
  origin,
  priority,
  expires = '',
  original = '',
  remaining = '',
]: PackedLot): Lot {
  const numbers = { expiresAtUs: BigInt(expires), original: BigInt(original), remaining: BigInt(remaining) };
  return { id, asset, origin, priority, ...numbers };
}

function packPending(award: PendingAward): PackedPending {
  const numbers = [award.amount.toString(), award.maturesAtUs.toString(), award.expiresAtUs.toString()];
  return [award.lotId, award.rule, award.asset, ...numbers];
}

function unpackPending([
  lotId,
  rule,
  asset,
  amount = '',
  matures = '',
  expires = '',
]: PackedPending): PendingAward {
  const numbers = { amount: BigInt(amount), maturesAtUs: BigInt(matures), expiresAtUs: BigInt(expires) };
  return { lotId, rule, asset, ...numbers };
}

function packHold(hold: Hold): PackedHold {
  const parts = hold.parts.map((part) => [packLot(part.lot), part.amount.toString()] as const);
  return [hold.id, hold.redemptionId, hold.sku, hold.expiresAtUs.toString(), parts];
}

function unpackHold([id, redemptionId, sku, expiresAtUs, parts]: PackedHold): Hold {
  const heldParts = parts.map(([lot, amount]): HeldPart => ({ lot: unpackLot(lot), amount: BigInt(amount) }));
  return { id, redemptionId, sku, expiresAtUs: BigInt(expiresAtUs), parts: heldParts };
}

function unpackTrust(packed: Packed['trust']): TrustFacts {
  const [registered, seconds, factorEnrolled, awards, points, overrideLevel, abuseConfirmed] = packed;
  return {
    registeredAtUs: registered === null ? null : BigInt(registered),
    succeededDeviceSeconds: BigInt(seconds),
    factorEnrolled,
    valueLaneAwards: BigInt(awards),
    valueLanePoints: BigInt(points),
    overrideLevel,
    abuseConfirmed,
  };
}
