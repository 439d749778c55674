import { createHash } from 'node:crypto';
import type { Entry } from './record';

const USER = 'user/';
/** A user's own accounts, in the order of their amounts and bits. */
const SIDES = ['/available', '/pending', '/held', '/debt'] as const;
const AMOUNT_BYTES = 8;
/** What ends a part, for SQL to read as one integer: four bytes of asset code; zero, width, accounts, number of parts. */
const TAIL_BYTES = 8;
const CODE_BYTES = 4;
/** The number of parts is one byte. */
const MAX_PARTS = 255;
const NONE = Buffer.alloc(TAIL_BYTES);

const assetCodes = new Map<string, number>();

function assetCode(asset: string): number {
  const known = assetCodes.get(asset);
  if (known !== undefined) return known;
  const code = createHash('sha256').update(asset).digest().readUInt32BE();
  assetCodes.set(asset, code);
  return code;
}

/** What was moved of one asset. */
interface Part {
  readonly asset: string;
  /** By account, as in SIDES. */
  readonly amounts: [bigint, bigint, bigint, bigint];
}

/** @throws RangeError for what is no account of a user: left out, it would be missing in a sum. */
function sideOf(account: string): 0 | 1 | 2 | 3 {
  if (account.endsWith(SIDES[0])) return 0;
  if (account.endsWith(SIDES[2])) return 2;
  if (account.endsWith(SIDES[1])) return 1;
  if (account.endsWith(SIDES[3])) return 3;
  throw new RangeError(`no account of a user: ${account}`);
}

/** One part, found or added: records have one asset, rarely a few. */
function partOf(parts: Part[], asset: string): Part {
  for (const part of parts) if (part.asset === asset) return part;
  const part: Part = { asset, amounts: [0n, 0n, 0n, 0n] };
  parts.push(part);
  return part;
}

/**
 * What a record moved on the user's own accounts, for SQL to add up: one part an asset, all of one width. Its form is told
 * in `kuda.ledger.v1.LedgerRecord.moves`.
 */
export function packMoves(entries: readonly Entry[]): Buffer {
  const parts: Part[] = [];
  let accounts = 0;
  for (const { account, asset, amount } of entries) {
    if (!account.startsWith(USER)) continue;
    const side = sideOf(account);
    accounts |= 1 << side;
    partOf(parts, asset).amounts[side] += amount;
  }
  if (parts.length === 0) return NONE;
  if (parts.length > MAX_PARTS) throw new RangeError(`${String(parts.length)} assets moved in one record`);
  return writeParts(parts, accounts);
}

/** `accounts` has a bit for each account that any part moves: those, and no others, have amounts in every part. */
function writeParts(parts: readonly Part[], accounts: number): Buffer {
  let moved = 0;
  for (let bits = accounts; bits > 0; bits >>= 1) moved += bits & 1;
  const width = moved * AMOUNT_BYTES + TAIL_BYTES;
  const rest = (width << 16) | (accounts << 8) | parts.length;
  const bytes = Buffer.allocUnsafe(parts.length * width);
  // A view writes a bigint in one instruction, where Buffer takes it apart.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  for (const { asset, amounts } of parts) {
    for (let side = SIDES.length - 1; side >= 0; side -= 1) {
      if ((accounts & (1 << side)) === 0) continue;
      view.setBigInt64(at, amounts[side] ?? 0n);
      at += AMOUNT_BYTES;
    }
    view.setUint32(at, assetCode(asset));
    view.setUint32(at + CODE_BYTES, rest);
    at += TAIL_BYTES;
  }
  return bytes;
}
