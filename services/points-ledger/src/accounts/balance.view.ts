import { lotsOf, type Account, type AssetBalance, type Recorded } from '@kuda/ledger-core';
import { amountText, timeText, toRfc3339 } from '@kuda/service-kit';
import { z } from 'zod';

const assetBalance = z.strictObject({
  asset: z.string().describe('POINT in milli-points, GPU_SECOND/<class> in seconds.'),
  available: amountText,
  pending: amountText,
  held: amountText,
  debt: amountText,
  next_expiry: timeText.nullable().describe('When the first available part expires; null in the past.'),
});

export const balanceView = z.strictObject({
  user_id: z.string(),
  position: amountText.describe('Position of the log of the shard up to which this is complete.'),
  shard: z.int().min(0),
  account_version: amountText,
  balances: z.array(assetBalance).describe('Every asset the user ever had.'),
  trust_level: z.int().min(0).describe('The level then.'),
  status: z.enum(['new', 'open', 'closed']).nullable().describe('Null in the past.'),
  frozen: z.boolean().nullable().describe('Null in the past.'),
});

export type BalanceView = z.output<typeof balanceView>;

function amounts({ asset, available, pending, held, debt }: AssetBalance) {
  return {
    asset,
    available: available.toString(),
    pending: pending.toString(),
    held: held.toString(),
    debt: debt.toString(),
  };
}

/** What an account shows of itself. */
export function accountView(
  account: Account,
): Pick<BalanceView, 'account_version' | 'balances' | 'status' | 'frozen'> {
  return {
    account_version: account.version.toString(),
    balances: [...account.balances].map(([asset, balance]) => {
      const { value: first } = lotsOf(account, asset).next();
      const expiry = first === undefined ? null : toRfc3339(first.expiresAtUs);
      return { ...amounts({ asset, ...balance }), next_expiry: expiry };
    }),
    status: account.status,
    frozen: account.frozen,
  };
}

/** What a record shows of the account after it. */
export function recordView(
  record: Recorded | null,
): Pick<BalanceView, 'account_version' | 'balances' | 'status' | 'frozen'> {
  const balances = (record?.balances ?? []).map((balance) => ({ ...amounts(balance), next_expiry: null }));
  return {
    account_version: (record?.accountVersion ?? 0n).toString(),
    balances,
    status: null,
    frozen: null,
  };
}
