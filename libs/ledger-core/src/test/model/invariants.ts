import type { Account } from '../../account';
import { lotsOf } from '../../account-reads';
import { compareLots } from '../../lot';
import type { AssetAmount } from '../../commands';
import type { Decided } from '../../record';
import type { Model } from './model';

/** A law that does not hold, by its name: an invariant of the domain, or what the model predicted. */
export class Broken extends Error {
  constructor(
    readonly law: string,
    detail: string,
  ) {
    super(`${law}: ${detail}`);
  }
}

/** Watches the records of one ledger go by, and says which invariant one breaks. */
export class Invariants {
  private readonly booked = new Map<string, bigint>();
  private readonly held = new Map<string, bigint>();
  private readonly reversed = new Map<string, bigint>();

  check(record: Decided, before: Account, model: Model): void {
    this.entries(record);
    this.lots(record.account);
    this.decisions(record);
    this.holds(record);
    this.spendingOrder(record, before);
    this.reversals(record, model);
  }

  /** I1, I2, I6. */
  private entries({ entries, account }: Decided): void {
    const sums = new Map<string, bigint>();
    for (const { account: name, asset, amount } of entries) {
      if (typeof amount !== 'bigint') throw new Broken('I6', `${name} of ${typeof amount}`);
      add(sums, asset, amount);
      add(this.booked, `${name} ${asset}`, amount);
    }
    for (const [asset, sum] of sums) if (sum !== 0n) throw new Broken('I1', `${sum.toString()} ${asset}`);
    for (const [asset, balance] of account.balances) {
      let inLots = 0n;
      for (const lot of lotsOf(account, asset)) inLots += lot.remaining;
      const booked = (side: string) => this.booked.get(`user/${account.userId}/${side} ${asset}`) ?? 0n;
      const holds =
        balance.available === booked('available') &&
        balance.available === inLots &&
        balance.pending === booked('pending') &&
        balance.held === booked('held') &&
        balance.debt === -booked('debt') &&
        [balance.available, balance.pending, balance.held, balance.debt].every((amount) => amount >= 0n);
      if (!holds) throw new Broken('I2', `${asset} of ${account.userId}`);
    }
  }

  /** I3, I14: lots stand in their order. */
  private lots(account: Account): void {
    for (const tree of account.lots.values()) {
      let last = null;
      for (const lot of tree.items()) {
        if (lot.remaining <= 0n || lot.remaining > lot.original) throw new Broken('I3', lot.id);
        if (last !== null && compareLots(last, lot) >= 0)
          throw new Broken('I14', `${last.id} before ${lot.id}`);
        last = lot;
      }
    }
  }

  /** I4, I15. */
  private decisions({ body, account }: Decided): void {
    if (body.case === 'activityDecided') {
      const rules = body.value.decisions.map(({ rule }) => rule);
      if (new Set(rules).size < rules.length) throw new Broken('I4', rules.join(' '));
    }
    if (body.case !== 'balanceAdjusted') return;
    const { approvedBy, proposedBy } = body.value;
    if ([proposedBy, account.userId].includes(approvedBy)) throw new Broken('I15', approvedBy);
  }

  /** I8: what is captured and released is what was held, never more. */
  private holds({ body }: Decided): void {
    const move = (holdId: string, amounts: readonly AssetAmount[], sign: bigint) => {
      for (const { asset, amount } of amounts) {
        const left = add(this.held, `${holdId} ${asset}`, sign * amount);
        if (left < 0n) throw new Broken('I8', `hold ${holdId} gave more ${asset} than it had`);
      }
    };
    const end = (holdId: string) => {
      for (const [key, left] of this.held) {
        if (key.startsWith(`${holdId} `) && left !== 0n)
          throw new Broken('I8', `hold ${holdId} kept something`);
      }
    };
    if (body.case === 'holdPlaced') move(body.value.holdId, body.value.amounts, 1n);
    if (body.case === 'holdCaptured') move(body.value.holdId, body.value.captured, -1n);
    if (body.case === 'holdReleased') move(body.value.holdId, body.value.released, -1n);
    if (body.case === 'holdSettled') {
      move(body.value.holdId, [...body.value.captured, ...body.value.released], -1n);
    }
    if (body.case === 'holdSettled' || body.case === 'holdReleased') end(body.value.holdId);
  }

  /** I14: nothing that could have paid stands before what was taken; what expires is what ends first. */
  private spendingOrder({ body, account }: Decided, before: Account): void {
    if (body.case === 'holdPlaced') {
      const { lots, sku } = body.value;
      for (const asset of new Set(lots.map((lot) => lot.asset))) {
        const taken = new Set(lots.filter((lot) => lot.asset === asset).map(({ lotId }) => lotId));
        const last = [...lotsOf(before, asset)].filter((lot) => taken.has(lot.id)).at(-1);
        const [left] = [...lotsOf(account, asset)].filter((lot) => sku.startsWith(lot.restriction));
        if (last === undefined) throw new Broken('I14', 'a lot was taken that did not live');
        if (left !== undefined && compareLots(left, last) < 0)
          throw new Broken('I14', `${left.id} was passed over`);
      }
    }
    if (body.case === 'lotExpired') {
      const ends = [...lotsOf(before)].map(({ expiresAtUs }) => expiresAtUs);
      const mine = [...lotsOf(before)].find(({ id }) => id === body.value.lotId);
      const warned = ends.filter((end) => mine !== undefined && end < mine.expiresAtUs);
      if (mine === undefined || warned.length > 0)
        throw new Broken('I14', `${body.value.lotId} expired too early`);
    }
  }

  /** I10: all reversals of a transaction together are at most what it moved. */
  private reversals({ body }: Decided, model: Model): void {
    if (body.case !== 'transactionReversed') return;
    const { transactionPosition, reversed } = body.value;
    for (const { asset, amount } of reversed) {
      const sum = add(this.reversed, `${transactionPosition.toString()} ${asset}`, amount);
      const moved = (model.state.transactions.get(transactionPosition) ?? [])
        .filter((part) => part.asset === asset)
        .reduce((total, part) => total + part.amount, 0n);
      if (sum > moved) throw new Broken('I10', `${sum.toString()} ${asset} of ${moved.toString()}`);
    }
  }
}

function add(sums: Map<string, bigint>, key: string, amount: bigint): bigint {
  const sum = (sums.get(key) ?? 0n) + amount;
  sums.set(key, sum);
  return sum;
}
