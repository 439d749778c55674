import type { AssetAmount } from './commands';
import type { CloseAccount, FreezeAccount, OpenAccount, OverrideTrust } from './commands';
import { isSpendable } from './assets';
import type { Booking } from './booking';
import { closedAccount, type Handler } from './handler';
import type { Decided } from './record';
import { refusal, type Refusal } from './refusals';

const MAX_TRUST_LEVEL = 3;

/** Opens an account, or a closed one again. */
export const openAccount: Handler<OpenAccount> = (booking, { reason }) => {
  if (booking.account.status === 'open') return refusal('account_open', 'the account is open');
  return booking.decided({ case: 'accountOpened', value: { reason } }, { status: 'open' });
};

/** Closes an account; what can be spent must be gone, or is forfeited. INFLUENCE stays, and fades. */
export const closeAccount: Handler<CloseAccount> = (booking, { reason, requestedBy, forfeit }) => {
  const refused = checkClosing(booking, forfeit);
  if (refused !== null) return refused;
  const left = spendableLeft(booking);
  for (const wanted of left) {
    const parts = booking.take(wanted, null);
    if (typeof parts === 'string') return refusal(parts, `${wanted.asset} of too many lots`);
    for (const { lot, amount } of parts) {
      booking.move('breakage', { asset: lot.asset, amount, lotId: lot.id });
    }
  }
  const value = { reason, requestedBy, forfeited: left };
  return booking.decided({ case: 'accountClosed', value }, { status: 'closed', proposals: [] });
};

function checkClosing(booking: Booking, forfeit: boolean): Refusal | null {
  const { account } = booking;
  const closed = closedAccount(booking);
  if (closed !== null) return closed;
  if (account.status === 'new') return refusal('account_not_open', 'the account was never opened');
  if (account.holds.length > 0)
    return refusal('holds_open', `${String(account.holds.length)} holds are open`);
  if (!account.pending.isEmpty) return refusal('awards_pending', 'awards are pending');
  for (const [asset, { debt }] of account.balances) {
    if (debt > 0n) return refusal('debt_open', `${debt.toString()} ${asset} are owed`);
  }
  if (forfeit || spendableLeft(booking).length === 0) return null;
  return refusal('balance_left', 'something is left that can be spent');
}

function spendableLeft(booking: Booking): readonly AssetAmount[] {
  return [...booking.account.balances].flatMap(([asset, { available: amount }]) =>
    amount > 0n && isSpendable(asset) ? [{ asset, amount }] : [],
  );
}

/** Stops spending: no hold is placed or extended. Awards, captures and releases go on. */
export const freezeAccount: Handler<FreezeAccount> = (booking, { reason, requestedBy }) => {
  const closed = closedAccount(booking);
  if (closed !== null) return closed;
  if (booking.account.frozen) return refusal('account_frozen', 'the account is frozen');
  return frozen(booking, true, { reason, requestedBy });
};

export const unfreezeAccount: Handler<FreezeAccount> = (booking, { reason, requestedBy }) => {
  const closed = closedAccount(booking);
  if (closed !== null) return closed;
  if (!booking.account.frozen) return refusal('account_not_frozen', 'the account is not frozen');
  return frozen(booking, false, { reason, requestedBy });
};

function frozen(
  booking: Booking,
  now: boolean,
  value: { readonly reason: string; readonly requestedBy: string },
): Decided {
  return booking.decided({ case: now ? 'accountFrozen' : 'accountUnfrozen', value }, { frozen: now });
}

/** Puts an operator's level in place of the computed one, or takes it away. */
export const overrideTrust: Handler<OverrideTrust> = (booking, command) => {
  const closed = closedAccount(booking);
  if (closed !== null) return closed;
  const { level, reason, requestedBy, abuseConfirmed } = command;
  if (level !== null && (!Number.isInteger(level) || level < 0 || level > MAX_TRUST_LEVEL)) {
    return refusal('trust_level_invalid', `no trust level ${String(level)}`);
  }
  const { rules } = booking.account;
  const trust = { ...rules.trust, overrideLevel: level, abuseConfirmed };
  return booking.decided(
    { case: 'trustOverridden', value: { level, reason, requestedBy, abuseConfirmed } },
    { rules: { memory: rules.memory, trust } },
  );
};
