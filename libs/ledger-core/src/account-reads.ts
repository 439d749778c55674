import type { Account } from './account';
import { compareLots, type Lot } from './lot';
import type { PendingAward } from './pending';

/**
 * An account's live lots in spending order, one after the other, of one asset or of all; a reader that stops early has not
 * looked at the others.
 */
export function* lotsOf(account: Account, asset: string | null = null): Generator<Lot, void> {
  const kinds = [...account.lots.values()].flatMap((tree) => {
    const lots = tree.items();
    const { value: first } = lots.next();
    return first === undefined || (asset !== null && first.asset !== asset) ? [] : [{ first, lots }];
  });
  for (;;) {
    const [next] = kinds.toSorted((left, right) => compareLots(left.first, right.first));
    if (next === undefined) return;
    yield next.first;
    const { value } = next.lots.next();
    if (value === undefined) kinds.splice(kinds.indexOf(next), 1);
    else next.first = value;
  }
}

/** An account's pending awards, those that wait for an operator among them. */
export function pendingOf(account: Account): Generator<PendingAward, void> {
  return account.pending.items();
}
