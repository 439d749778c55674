import { createHash } from 'node:crypto';
import type { Entry } from './record';

const SIDES = ['available', 'pending', 'held', 'debt'];
const MOVE_BYTES = 13;
const SIDE_AT = 4;
const AMOUNT_AT = 5;
/** The number of moves is one byte. */
const MAX_MOVES = 255;
const NONE = Buffer.from([0]);

const assetCodes = new Map<string, Buffer>();

function assetCode(asset: string): Buffer {
  const known = assetCodes.get(asset);
  if (known !== undefined) return known;
  const code = createHash('sha256').update(asset).digest().subarray(0, SIDE_AT);
  assetCodes.set(asset, code);
  return code;
}

/**
 * What a record moved on the user's own accounts, for SQL to add up: n moves of 13 bytes, once per asset and account,
 * then the byte n. Its form is told in `kuda.ledger.v1.LedgerRecord.moves`.
 */
export function packMoves(entries: readonly Entry[]): Buffer {
  if (entries.length === 0) return NONE;
  const sums = new Map<string, { readonly asset: string; readonly side: number; amount: bigint }>();
  for (const { account, asset, amount } of entries) {
    if (!account.startsWith('user/')) continue;
    const side = SIDES.indexOf(account.slice(account.lastIndexOf('/') + 1));
    const key = `${String(side)}${asset}`;
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { asset, side, amount });
    else sum.amount += amount;
  }
  const moves = [...sums.values()];
  if (moves.length > MAX_MOVES) throw new RangeError(`${String(moves.length)} moves in one record`);
  const bytes = Buffer.allocUnsafe(moves.length * MOVE_BYTES + 1);
  for (const [index, { asset, side, amount }] of moves.entries()) {
    const at = index * MOVE_BYTES;
    bytes.set(assetCode(asset), at);
    bytes[at + SIDE_AT] = side;
    bytes.writeBigInt64BE(amount, at + AMOUNT_AT);
  }
  bytes[moves.length * MOVE_BYTES] = moves.length;
  return bytes;
}
