import { unitRoundoff } from "../contract.js";

/** Order and cell size of the local Taylor expansions around cell centres, and what they cost in accuracy. */
export interface TaylorChoice {
  /** p: powers 0 … p − 1 are kept. */
  readonly order: number;
  /** Greatest distance of a point from its cell's centre (rad), summed over the coordinates. */
  readonly reach: number;
  /** T = Σ_l ν_l·r_l(2 + r_l), r_l = ((l + 1)·reach)^p/p!: what the keys' and the queries' expansions leave out. */
  readonly remainder: number;
}

/** p! in floating point, exact up to 22. */
function factorial(p: number): number {
  let product = 1;
  for (let k = 2; k <= p; k++) product *= k;
  return product;
}

/**
 * The reach at which order p leaves out less than `tolerance` of a band-limited sum with spectrum ν_l ≥ 0, Σ ν_l ≤ 1.
 * A function of degree l has |f^{(p)}| ≤ l^p, so its remainder over a distance δ is at most (lδ)^p/p!; degree l + 1 stands
 * for the factor x of the mean.
 * @param spectrum ν_l, l = 0 … L (1)
 * @source derived (docs/kernels-fast-sums.md)
 */
export function taylorChoice(spectrum: Float64Array, order: number, tolerance: number): TaylorChoice {
  const scale = factorial(order);
  let moment = 0;
  for (let l = 0; l < spectrum.length; l++) moment += spectrum[l]! * (l + 1) ** order;
  const reach = Math.min(0.3 / bandwidth(spectrum), (tolerance * (scale / (2.1 * moment))) ** (1 / order));
  return { order, reach, remainder: remainderOf(spectrum, order, reach) };
}

/** The same choice with a smaller reach, such as cells that fill the circle leave. */
export function withReach(spectrum: Float64Array, { order }: TaylorChoice, reach: number): TaylorChoice {
  return { order, reach, remainder: remainderOf(spectrum, order, reach) };
}

/** Σ_l ν_l (l + 1): beyond a third of its inverse a reach would magnify rounding errors. */
function bandwidth(spectrum: Float64Array): number {
  let sum = 0;
  for (let l = 0; l < spectrum.length; l++) sum += spectrum[l]! * (l + 1);
  return sum;
}

function remainderOf(spectrum: Float64Array, order: number, reach: number): number {
  const scale = factorial(order);
  let remainder = 0;
  for (let l = 0; l < spectrum.length; l++) {
    const left = ((l + 1) * reach) ** order / scale;
    remainder += spectrum[l]! * left * (2 + left);
  }
  return 1.01 * remainder;
}

/** Roundings of a term of degree l and Taylor power r: fixed + perDegree·(l + 1) + perSquare·(l + 1)² + perPower·r. */
export interface Roundings {
  readonly fixed: number;
  readonly perDegree: number;
  readonly perSquare: number;
  readonly perPower: number;
}

/**
 * Bound of the rounding of a band-limited sum, relative to the mass. With x = (l + 1)·reach the powers of keys and
 * queries weigh x^r/r!, and Σ_r r·x^r/r! = x e^x, so the bound is
 * u·Σ_l ν_l (fixed + perDegree·(l + 1) + perSquare·(l + 1)² + perPower·x) e^{2x}; 3/2 covers complex products.
 */
export function roundingOf(spectrum: Float64Array, reach: number, count: Roundings): number {
  let sum = 0;
  for (let l = 0; l < spectrum.length; l++) {
    const x = (l + 1) * reach;
    const roundings = count.fixed + (count.perDegree + count.perSquare * (l + 1)) * (l + 1) + count.perPower * x;
    sum += spectrum[l]! * roundings * Math.exp(2 * x);
  }
  return 1.5 * unitRoundoff * sum;
}
