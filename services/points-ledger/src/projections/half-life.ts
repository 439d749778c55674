/** Where a weight is 1: 2026-01-01T00:00:00Z. Any instant would do, as long as it never changes. */
const EPOCH_US = 1_767_225_600_000_000n;
/** A weight is an integer with this many binary places; that much of an amount is lost to rounding, for ever. */
const FRACTION_BITS = 64n;
/** Of a half-life, below an instant that is told apart: of 180 days 14 microseconds. */
const STEPS = 40n;
/** Binary places while a weight is computed. */
const WORKING_BITS = 128n;

/** 2^(1/2), 2^(1/4) … as integers with WORKING_BITS binary places: each the square root of the one before. */
const ROOTS: readonly bigint[] = (() => {
  const roots: bigint[] = [];
  for (let value = 2n << WORKING_BITS; roots.length < Number(STEPS); roots.push(value)) {
    value = squareRoot(value << WORKING_BITS);
  }
  return roots;
})();

/** The integer square root, by Newton's method from above. */
function squareRoot(value: bigint): bigint {
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/**
 * What a unit credited at an instant counts for ever: 2^((at − epoch) / half-life) with FRACTION_BITS binary places, in
 * integers throughout, so that it is the same on every machine. Newer credits weigh more instead of older ones fading:
 * a sum of weighted credits keeps its place in the ranking without being written again.
 */
export function weightAt(atUs: bigint, halfLifeUs: bigint): bigint {
  const since = atUs - EPOCH_US;
  const whole = since >= 0n ? since / halfLifeUs : -((-since + halfLifeUs - 1n) / halfLifeUs);
  const steps = ((since - whole * halfLifeUs) << STEPS) / halfLifeUs;
  let weight = 1n << WORKING_BITS;
  for (const [index, root] of ROOTS.entries()) {
    const bit = STEPS - 1n - BigInt(index);
    if ((steps >> bit) & 1n) weight = (weight * root) >> WORKING_BITS;
  }
  const shift = whole + FRACTION_BITS - WORKING_BITS;
  return shift >= 0n ? weight << shift : weight >> -shift;
}

/** The influence that a score stands for at an instant: what is left of its credits by then, rounded. */
export function influenceAt(score: bigint, atUs: bigint, halfLifeUs: bigint): bigint {
  const weight = weightAt(atUs, halfLifeUs);
  return weight === 0n ? 0n : (score + weight / 2n) / weight;
}
