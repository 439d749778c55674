import { balanceOf, newLotTree, type Account, type Balance, type HeldPart } from './account';
import type { Body } from './body';
import type { AssetAmount } from './commands';
import { MAX_LOTS_PER_RECORD, MAX_LOT_KINDS, US_PER_DAY } from './limits';
import { compareLots, lotKind, lotState, warningsOver, type Lot, type LotState } from './lot';
import type { Decided, Entry, LedgerFacts } from './record';
import { TEMPLATES, type Side, type Template } from './templates';

/** An amount above 0 of a lot, or of none where the template names no lot. */
export interface Amount extends AssetAmount {
  readonly lotId: string;
  /** Full name of the platform account, where the template says `source` or `consumed`. */
  readonly platform?: string;
}

/** A lot's end that was moved out is forgotten so long after it has come: by then nothing asks for it. */
const MOVED_END_KEPT_US = US_PER_DAY;

/**
 * What one command does to one account: entries, running balances and lots, gathered while it is decided. The account
 * that it began with stays as it is.
 */
export class Booking {
  private readonly entries: Entry[] = [];
  private readonly balances = new Map<string, Balance>();
  private readonly touched = new Map<string, LotState>();
  private lots: Map<string, ReturnType<typeof newLotTree>> | null = null;
  private movedEnds: Account['movedEnds'];
  pending: Account['pending'];
  reversed: Account['reversed'];
  riskHolds: Account['riskHolds'];

  constructor(
    readonly account: Account,
    readonly facts: LedgerFacts,
  ) {
    this.movedEnds = account.movedEnds;
    this.pending = account.pending;
    this.reversed = account.reversed;
    this.riskHolds = account.riskHolds;
  }

  get nowUs(): bigint {
    return this.facts.recordedAtUs;
  }

  /** The balance as booked so far. */
  balance(asset: string): Balance {
    return this.balances.get(asset) ?? balanceOf(this.account, asset);
  }

  /** Writes a move as two entries. Asserts what the callers have made sure of: an amount above 0, no balance below 0. */
  move(template: Template, amount: Amount): void {
    if (amount.amount <= 0n)
      throw new RangeError(`${template} of ${amount.amount.toString()} ${amount.asset}`);
    const [from, to] = TEMPLATES[template];
    this.post(from, amount, -amount.amount);
    this.post(to, amount, amount.amount);
  }

  private post(side: Side, { asset, lotId, platform }: Amount, amount: bigint): void {
    switch (side) {
      case 'available':
      case 'pending':
      case 'held':
        this.entries.push({ account: `user/${this.account.userId}/${side}`, asset, amount, lotId });
        this.add(asset, side, amount);
        return;
      case 'debt':
        this.entries.push({ account: `user/${this.account.userId}/debt`, asset, amount, lotId: '' });
        this.add(asset, side, -amount);
        return;
      case 'source':
      case 'consumed':
        if (platform === undefined) throw new RangeError(`no platform account for ${side}`);
        this.entries.push({ account: platform, asset, amount, lotId: '' });
        return;
      case 'breakage':
      case 'clawback':
        this.entries.push({ account: side, asset, amount, lotId: '' });
    }
  }

  private add(asset: string, side: keyof Balance, amount: bigint): void {
    const before = this.balance(asset);
    const after = before[side] + amount;
    if (after < 0n) throw new RangeError(`${side} ${asset} of ${this.account.userId} below 0`);
    this.balances.set(asset, { ...before, [side]: after });
  }

  /** Whether one more lot of this kind can be kept. */
  hasRoomFor(lot: { readonly asset: string; readonly restriction: string }): boolean {
    const lots = this.lots ?? this.account.lots;
    return lots.size < MAX_LOT_KINDS || lots.has(lotKind(lot));
  }

  /** Puts a lot as it stands now; one without a remainder is no longer live. */
  putLot(lot: Lot): void {
    this.lots ??= new Map(this.account.lots);
    const kind = lotKind(lot);
    const tree = this.lots.get(kind) ?? newLotTree(this.lots);
    if (lot.remaining > 0n) this.lots.set(kind, tree.put(lot));
    else {
      const left = tree.remove(lot);
      if (left.isEmpty) this.lots.delete(kind);
      else this.lots.set(kind, left);
    }
    this.touch(lot);
  }

  /** Shows a lot in the record. */
  touch(lot: Lot): void {
    this.touched.set(lot.id, lotState(lot));
  }

  /** The live lot of which this is an earlier state, or null. */
  liveLot(lot: Lot): Lot | null {
    const tree = (this.lots ?? this.account.lots).get(lotKind(lot));
    return tree?.find({ ...lot, expiresAtUs: this.endOf(lot) }) ?? null;
  }

  /** When a lot ends, of which this is an earlier state. */
  endOf(lot: { readonly id: string; readonly expiresAtUs: bigint }): bigint {
    return this.movedEnds.get(lot.id) ?? lot.expiresAtUs;
  }

  /** Takes from lots in spending order: those that pay for the SKU, or all where there is none. */
  take(
    wanted: AssetAmount,
    sku: string | null,
  ): readonly HeldPart[] | 'insufficient_available' | 'too_many_lots' {
    if (this.balance(wanted.asset).available < wanted.amount) return 'insufficient_available';
    let missing = wanted.amount;
    const parts: HeldPart[] = [];
    for (const lot of this.spendable(wanted.asset, sku)) {
      if (parts.length === MAX_LOTS_PER_RECORD) return 'too_many_lots';
      const amount = lot.remaining < missing ? lot.remaining : missing;
      missing -= amount;
      parts.push({ lot, amount });
      if (missing === 0n) break;
    }
    if (missing > 0n) return 'insufficient_available';
    for (const { lot, amount } of parts) this.putLot({ ...lot, remaining: lot.remaining - amount });
    return parts;
  }

  /** Gives a part back to its lot, which ends no earlier than `leastEndUs`; a lot that was used up stands up again. */
  giveBack({ lot, amount }: HeldPart, leastEndUs: bigint): void {
    const live = this.liveLot(lot);
    const end = this.endOf(lot);
    const known = live ?? { ...lot, remaining: 0n, expiresAtUs: end };
    const remaining = known.remaining + amount;
    if (end >= leastEndUs) {
      const warned = live?.warned ?? warningsOver(lot.asset, end, this.nowUs);
      this.putLot({ ...known, remaining, warned });
      return;
    }
    if (live !== null) this.putLot({ ...live, remaining: 0n });
    this.moveEnd(lot.id, leastEndUs);
    const warned = warningsOver(lot.asset, leastEndUs, this.nowUs);
    this.putLot({ ...known, remaining, expiresAtUs: leastEndUs, warned });
  }

  private moveEnd(lotId: string, endUs: bigint): void {
    const kept = [...this.movedEnds].filter(([, end]) => end > this.nowUs - MOVED_END_KEPT_US);
    this.movedEnds = new Map(kept).set(lotId, endUs);
  }

  private *spendable(asset: string, sku: string | null): Generator<Lot, void> {
    const kinds = [...(this.lots ?? this.account.lots).values()].flatMap((tree) => {
      const lots = tree.items();
      const { value: first } = lots.next();
      const pays = first?.asset === asset && (sku === null || sku.startsWith(first.restriction));
      return pays ? [{ first, lots }] : [];
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

  /** The record, and the account after it, with what else changed. */
  decided(body: Body, changes: Partial<Account> = {}): Decided {
    const { account, facts } = this;
    const balances = [...this.balances].map(([asset, balance]) => ({ asset, ...balance }));
    return {
      body,
      entries: this.entries,
      balances,
      lots: [...this.touched.values()],
      account: {
        ...account,
        version: facts.version,
        balances:
          this.balances.size === 0 ? account.balances : new Map([...account.balances, ...this.balances]),
        lots: this.lots ?? account.lots,
        movedEnds: this.movedEnds,
        pending: this.pending,
        reversed: this.reversed,
        riskHolds: this.riskHolds,
        ...changes,
      },
    };
  }
}

/** Amounts per asset, in the order in which the assets appear. */
export function sumByAsset(amounts: readonly AssetAmount[]): readonly AssetAmount[] {
  const sums = new Map<string, bigint>();
  for (const { asset, amount } of amounts) sums.set(asset, (sums.get(asset) ?? 0n) + amount);
  return [...sums].map(([asset, amount]) => ({ asset, amount }));
}

export function sumOfParts(parts: readonly HeldPart[]): readonly AssetAmount[] {
  return sumByAsset(parts.map(({ lot, amount }) => ({ asset: lot.asset, amount })));
}
