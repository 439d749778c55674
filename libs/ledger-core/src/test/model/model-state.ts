import type { AssetAmount } from '../../commands';
import type { RefusalReason } from '../../refusals';

export type Predicted = 'done' | RefusalReason;

/** Ledger time and position of a record. */
export interface At {
  readonly now: bigint;
  readonly position: bigint;
}

/** Every lot there ever was; one with nothing left stays. */
export interface ModelLot {
  readonly id: string;
  readonly asset: string;
  readonly origin: string;
  readonly restriction: string;
  readonly priority: number;
  readonly original: bigint;
  remaining: bigint;
  endsAt: bigint;
  /** Days before the end of which the owner need not be warned any more. */
  warned: number[];
}

export interface ModelPending {
  readonly lotId: string;
  readonly asset: string;
  amount: bigint;
  readonly origin: string;
  readonly maturesAt: bigint;
  readonly endsAt: bigint;
  readonly restriction: string;
  readonly priority: number;
  /** End of the INFLUENCE lot beside it; null without one. */
  readonly influenceEndsAt: bigint | null;
  riskHold: string;
}

export interface ModelHold {
  readonly id: string;
  readonly sku: string;
  endsAt: bigint;
  parts: { readonly lotId: string; amount: bigint }[];
}

export interface ModelProposal {
  readonly id: string;
  readonly asset: string;
  readonly amount: bigint;
  readonly proposedBy: string;
  readonly goodwill: boolean;
  readonly endsAt: bigint;
  readonly lapsesAt: bigint;
}

export interface ModelRiskHold {
  readonly id: string;
  readonly kind: string;
  readonly until: bigint;
}

/** What a transaction moved that could be reversed, and how much of it was. */
export interface ModelPart {
  readonly kind: 'credit' | 'spent' | 'owed';
  /** The lot; what also came of an award has the award's. */
  readonly lotId: string;
  readonly asset: string;
  readonly amount: bigint;
  reversed: bigint;
}

export interface ModelDecision {
  readonly rule: string;
  outcome: string;
  readonly full: bigint;
  paid: bigint;
  /** The part that was paid; null when nothing was. */
  part: ModelPart | null;
}

export interface ModelEvent {
  readonly type: string;
  readonly position: bigint;
  readonly time: bigint;
  readonly modelId: string;
  readonly verified: boolean;
  readonly first: boolean;
  readonly decisions: ModelDecision[];
}

/** What the model's rules look back on, in the order of the log. */
export type ModelPast =
  | { readonly kind: 'event'; readonly event: ModelEvent }
  | { readonly kind: 'override'; readonly level: number | null; readonly abuse: boolean };

export interface ModelState {
  status: 'new' | 'open' | 'closed';
  frozen: boolean;
  lots: ModelLot[];
  pending: ModelPending[];
  holds: ModelHold[];
  endedHolds: Set<string>;
  proposals: ModelProposal[];
  riskHolds: ModelRiskHold[];
  debt: Map<string, bigint>;
  /** Assets that were ever booked. */
  assets: Set<string>;
  transactions: Map<bigint, ModelPart[]>;
  past: ModelPast[];
  /** Of this user's records. */
  readonly positions: Set<bigint>;
}

export const DAY = 86_400_000_000n;
export const HOUR = 3_600_000_000n;
export const US_LIMIT_OF_A_LOT = 3_660n * DAY;

export function emptyState(): ModelState {
  return {
    status: 'new',
    frozen: false,
    lots: [],
    pending: [],
    holds: [],
    endedHolds: new Set(),
    proposals: [],
    riskHolds: [],
    debt: new Map(),
    assets: new Set(),
    transactions: new Map(),
    past: [],
    positions: new Set(),
  };
}

/** The order in which lots are spent. */
export function inOrder(lots: readonly ModelLot[]): ModelLot[] {
  return [...lots].sort((one, other) => {
    if (one.priority !== other.priority) return one.priority - other.priority;
    if (one.endsAt !== other.endsAt) return one.endsAt < other.endsAt ? -1 : 1;
    return one.id < other.id ? -1 : 1;
  });
}

export function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}

export function least(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}

export function spendable(asset: string): boolean {
  return asset !== 'INFLUENCE' && asset !== 'KARMA';
}

/** Days before the end that are over at a time; for what is never spent, all. */
export function warningsOver(asset: string, endsAt: bigint, now: bigint): number[] {
  return [30, 7, 1].filter((days) => !spendable(asset) || endsAt - BigInt(days) * DAY <= now);
}

export function lotById(state: ModelState, id: string): ModelLot {
  const lot = state.lots.find((each) => each.id === id);
  if (lot === undefined) throw new Error(`the model knows no lot ${id}`);
  return lot;
}

export function available(state: ModelState, asset: string): bigint {
  return sum(state.lots.filter((lot) => lot.asset === asset).map((lot) => lot.remaining));
}

export function owed(state: ModelState, asset: string): bigint {
  return state.debt.get(asset) ?? 0n;
}

export function owe(state: ModelState, asset: string, amount: bigint): void {
  state.debt.set(asset, owed(state, asset) + amount);
}

/** One year later, as an operator's lot without an end has it. */
export function aYearAfter(us: bigint): bigint {
  const date = new Date(Number(us / 1000n));
  date.setUTCFullYear(date.getUTCFullYear() + 1);
  return BigInt(date.getTime()) * 1000n + (us % 1000n);
}

export function repeats(amounts: readonly AssetAmount[]): boolean {
  return new Set(amounts.map(({ asset }) => asset)).size < amounts.length;
}
