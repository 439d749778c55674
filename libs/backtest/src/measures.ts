/**
 * The Gini coefficient of amounts: 0 when everybody has the same, towards 1 when one has all. 0 for nobody and
 * for nothing. Source: Gini 1912, in the form over sorted values.
 */
export function gini(amounts: readonly number[]): number {
  const sorted = [...amounts].sort((left, right) => left - right);
  const total = sorted.reduce((sum, amount) => sum + amount, 0);
  if (total === 0) return 0;
  const weighted = sorted.reduce((sum, amount, index) => sum + (index + 1) * amount, 0);
  return (2 * weighted) / (sorted.length * total) - (sorted.length + 1) / sorted.length;
}

/** Smallest units as whole ones; exact for whole amounts below 2^53. */
export function whole(units: bigint, unitsPerWhole: bigint): number {
  return Number(units / unitsPerWhole) + Number(units % unitsPerWhole) / Number(unitsPerWhole);
}
