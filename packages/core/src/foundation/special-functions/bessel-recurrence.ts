import { fresh, type Workspace } from "../workspace/index.js";

/** 2^27 + 1, Dekker's constant: splits a float64 into two halves whose products are exact. */
const splitter = 134217729;

/** One unit of the stored exponents: I_k ∝ mantissa[k]·2^(500·exponent[k]). */
const unit = 2 ** 500;
const inverseUnit = 2 ** -500;

/** Values proportional to I_{first + k}(x), k = 0 … top, each as mantissa·2^(500·exponent). */
export interface ScaledSequence {
  readonly mantissa: Float64Array;
  readonly exponent: Int32Array;
}

/** e^{ln 2·500·exponent}·value by exact steps; below 2^−1022 the result loses bits and ends at 0, as float64 does. */
export function timesUnits(value: number, exponent: number): number {
  let result = value;
  for (let k = exponent; k < 0 && result !== 0; k++) result *= inverseUnit;
  for (let k = exponent; k > 0 && Number.isFinite(result); k--) result *= unit;
  return result;
}

/** How many of the exponent's units make ln 2·500. */
export const logUnit = 500 * Math.LN2;

/** Amos' upper bound of I_{ν+1}(x)/I_ν(x), within 1/(2ν + 2) of it. */
function ratioBound(order: number, x: number): number {
  const shifted = order + 0.5;
  return x / (shifted + Math.hypot(shifted, x));
}

/** The order above `top` from which the error of a guessed ratio has shrunk below 1e-18 at `top`. */
function startingIndex(first: number, top: number, x: number): number {
  let index = top;
  let product = 1;
  // An error of the ratio shrinks by the square of the product of ratios on its way down.
  while (product > 1e-9) product *= ratioBound(first + index++, x);
  return index + 1;
}

/** 2 − c·x without rounding, for c = 2/x rounded: c + remainder/x is 2/x to twice the precision. */
function remainderOfTwo(c: number, x: number): number {
  const cSplit = splitter * c;
  const cHigh = cSplit - (cSplit - c);
  const cLow = c - cHigh;
  const xSplit = splitter * x;
  const xHigh = xSplit - (xSplit - x);
  const xLow = x - xHigh;
  const product = c * x;
  return 2 - product - (cHigh * xHigh - product + cHigh * xLow + cLow * xHigh + cLow * xLow);
}

/**
 * Miller's backward recurrence p_{ν−1} = p_{ν+1} + (2ν/x)·p_ν in double-double arithmetic, from a guessed ratio far
 * enough above `top`; p_k ∝ I_{first + k}(x) for k = 0 … top.
 * All terms are positive, so the result is I's to the last bit whatever the number of steps.
 * @param first 0 or ½ (1)
 * @param top the largest index wanted (1)
 * @param x argument, 1e-100 ≤ x (1)
 * @param work where the result lies; new arrays when left out
 * @cost O(top + √x) steps of about 60 flops, O(top) memory
 * @source derived: J. C. P. Miller's method with Dekker's arithmetic
 */
export function backwardRecurrence(first: number, top: number, x: number, work: Workspace = fresh): ScaledSequence {
  const mantissa = work.floats(top + 1);
  const exponent = work.integers(top + 1);
  const start = startingIndex(first, top, x);
  const c = 2 / x;
  const cTail = remainderOfTwo(c, x) / x;
  let t = splitter * c;
  const cHigh = t - (t - c);
  const cLow = c - cHigh;
  let scale = 0;
  let above = ratioBound(first + start, x);
  let aboveTail = 0;
  let here = 1;
  let hereTail = 0;
  for (let k = start; ; k--) {
    if (k <= top) {
      mantissa[k] = here;
      exponent[k] = scale;
    }
    if (k === 0) return { mantissa, exponent };
    const order = first + k;
    // factor = order·c; order has at most 18 bits, so cHigh·order is exact and cLow·order too.
    const factor = c * order;
    const factorTail = cHigh * order - factor + cLow * order + cTail * order;
    t = splitter * factor;
    const fHigh = t - (t - factor);
    const fLow = factor - fHigh;
    t = splitter * here;
    const hHigh = t - (t - here);
    const hLow = here - hHigh;
    const term = factor * here;
    const termTail =
      fHigh * hHigh - term + fHigh * hLow + fLow * hHigh + fLow * hLow + (factor * hereTail + factorTail * here);
    const sum = term + above;
    const back = sum - term;
    const tail = term - (sum - back) + (above - back) + (termTail + aboveTail);
    const below = sum + tail;
    above = here;
    aboveTail = hereTail;
    hereTail = tail - (below - sum);
    here = below;
    if (here > unit) {
      here *= inverseUnit;
      hereTail *= inverseUnit;
      above *= inverseUnit;
      aboveTail *= inverseUnit;
      scale++;
    }
  }
}
