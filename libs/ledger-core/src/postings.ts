import { balanceOf, type Account, type Balance } from './account';
import type { Decided, Entry, LotState } from './record';

/** An account of the platform, by its full name. */
interface PlatformSide {
  readonly platform: string;
}

/** One of the user's four accounts; the lot is named where it is `available`. */
interface UserSide {
  readonly user: keyof Balance;
  readonly lotId?: string;
}

/** An amount above 0 going from one account to another: two entries that sum to zero (I1). */
export interface Move {
  readonly asset: string;
  readonly amount: bigint;
  readonly from: PlatformSide | UserSide;
  readonly to: PlatformSide | UserSide;
}

export interface Posted {
  readonly entries: readonly Entry[];
  readonly balances: Decided['balances'];
  readonly lots: readonly LotState[];
  readonly account: Account;
}

/** Writes moves as entries and running balances. Asserts what the callers have made sure of: no balance below 0. */
export function post(account: Account, moves: readonly Move[]): Posted {
  if (moves.length === 0) return { entries: [], balances: [], lots: [], account };
  const entries: Entry[] = [];
  const touched = new Map<string, Balance>();
  for (const move of moves) {
    if (move.amount <= 0n) throw new RangeError(`a move of ${move.amount.toString()} ${move.asset}`);
    for (const [side, amount] of [[move.from, -move.amount] as const, [move.to, move.amount] as const]) {
      entries.push(entryOf(account.userId, side, move.asset, amount));
      if ('platform' in side) continue;
      const before = touched.get(move.asset) ?? balanceOf(account, move.asset);
      const after = before[side.user] + amount;
      if (after < 0n) throw new RangeError(`${side.user} ${move.asset} of ${account.userId} below 0`);
      touched.set(move.asset, { ...before, [side.user]: after });
    }
  }
  const balances = [...touched].map(([asset, balance]) => ({ asset, ...balance }));
  return {
    entries,
    balances,
    lots: [],
    account: { ...account, balances: new Map([...account.balances, ...touched]) },
  };
}

function entryOf(userId: string, side: PlatformSide | UserSide, asset: string, amount: bigint): Entry {
  if ('platform' in side) return { account: side.platform, asset, amount, lotId: '' };
  return { account: `user/${userId}/${side.user}`, asset, amount, lotId: side.lotId ?? '' };
}
