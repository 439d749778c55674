/** Points in thousandths. */
export const POINT = 'POINT';

/** One second on one GPU of any class: what the welcome hours are made of. */
export const ANY_GPU_SECOND = 'GPU_SECOND/any';

/** An amount of one asset in its smallest unit: milli-points for `POINT`, seconds for `GPU_SECOND/<class>`. */
export interface AssetAmount {
  readonly asset: string;
  readonly amount: bigint;
}

/** The amount of one asset in a list; 0 when the asset is not in it. */
export function amountOf(amounts: readonly AssetAmount[], asset: string): bigint {
  return amounts.reduce((sum, entry) => (entry.asset === asset ? sum + entry.amount : sum), 0n);
}

/** `held − captured` per asset: what goes back. Zero amounts are left out. */
export function remainder(held: readonly AssetAmount[], captured: readonly AssetAmount[]): AssetAmount[] {
  return withoutZeros(
    held.map(({ asset, amount }) => ({ asset, amount: amount - amountOf(captured, asset) })),
  );
}

/** Leaves out what is zero: the ledger takes only amounts above 0. */
export function withoutZeros(amounts: readonly AssetAmount[]): AssetAmount[] {
  return amounts.filter(({ amount }) => amount !== 0n);
}

/** The smaller of two amounts. */
export function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
