import { fresh, type Workspace } from "../workspace/index.js";
import { backwardRecurrence, logUnit, type ScaledSequence, timesUnits } from "./bessel-recurrence.js";
import { requireAtLeast, requireDegree, requireLength, requireOrder } from "./check.js";
import { logGamma } from "./log-gamma.js";

/** Below this argument the second term of the power series, x²/4, is nothing. */
const tiny = 1e-100;

/** Where Hankel's expansion has terms below 1e-17 and no cancellation to speak of. */
const hankelFrom = 40;
const hankelHolds = (order: number, x: number): boolean => x >= hankelFrom && order * order <= 2 * x;

/** e^{−x}·I_ν(x) by Hankel's expansion, for hankelHolds. */
function hankel(order: number, x: number): number {
  const mu = 4 * order * order;
  let term = 1;
  let sum = 1;
  for (let k = 1; k < 80; k++) {
    const odd = 2 * k - 1;
    term *= -(mu - odd * odd) / (k * 8 * x);
    sum += term;
    if (Math.abs(term) <= 1e-18 * Math.abs(sum)) break;
  }
  return sum / (Math.sqrt(x) * Math.sqrt(2 * Math.PI));
}

/** e^{−x}·I_0(x) for 0 ≤ x < 40: the power series, all terms positive. */
function orderZero(x: number): number {
  const square = 0.25 * x * x;
  let term = 1;
  let sum = 0;
  for (let k = 1; k < 200; k++) {
    term *= square / (k * k);
    sum += term;
    if (term <= 1e-18 * sum) break;
  }
  return Math.exp(-x) * (1 + sum);
}

/** e^{−x}·I_0(x) or e^{−x}·I_½(x) = (1 − e^{−2x})/√(2πx). */
function lowestOrder(first: number, x: number): number {
  if (first === 0.5) return -Math.expm1(-2 * x) / (Math.sqrt(x) * Math.sqrt(2 * Math.PI));
  return x < hankelFrom ? orderZero(x) : hankel(0, x);
}

/** The fractional part of an order, 0 or ½. */
const lowest = (order: number): number => order - Math.floor(order);

/** e^{−x}·I_{first + k}(x) from the recurrence's sequence, before its units of 2^500 are applied. */
function mantissaAt(sequence: ScaledSequence, first: number, k: number, x: number): number {
  return lowestOrder(first, x) * (sequence.mantissa[k]! / sequence.mantissa[0]!);
}

/**
 * The scaled modified Bessel function of the first kind e^{−x}·I_ν(x). Where the value is below the smallest float64
 * the result is 0, and below 2^−1022 it loses bits as any float64: take logBesselI there.
 * @param order ν = 0, ½, 1, 3/2, … ≤ 10⁵ (1)
 * @param x argument, finite, ≥ 0 (1)
 * @throws out-of-range, not-finite
 * @cost at most 80 terms when x ≥ 40 and ν² ≤ 2x, else O(ν + √x) steps of about 60 flops, and as much memory
 * @accuracy 3e-15 relative for ν ≤ 10³, x ≤ 10⁴ and e^{−x}I_ν(x) ≥ 1e-300 (bessel.test.ts)
 * @source derived: Hankel's expansion; Miller's recurrence in double-double, normalised by order 0 or ½
 */
export function besselIScaled(order: number, x: number): number {
  requireOrder("besselIScaled", order);
  requireAtLeast("besselIScaled", "the argument", x, 0);
  return scaledAt(order, x);
}

function scaledAt(order: number, x: number): number {
  if (hankelHolds(order, x)) return hankel(order, x);
  const first = lowest(order);
  const top = order - first;
  if (x === 0) return order === 0 ? 1 : 0;
  if (top === 0) return lowestOrder(first, x);
  if (x < tiny) {
    let value = lowestOrder(first, x);
    for (let k = 1; k <= top && value !== 0; k++) value *= (0.5 * x) / (first + k);
    return value;
  }
  const sequence = backwardRecurrence(first, top, x);
  return timesUnits(mantissaAt(sequence, first, top, x), sequence.exponent[top]! - sequence.exponent[0]!);
}

/**
 * e^{−x}·I_ν(x) at all orders ν = ν_0, ν_0 + 1, …, maxOrder at once, ν_0 the fractional part of maxOrder: integer
 * orders from 0 for an integer maxOrder, half-integer orders from ½ otherwise.
 * @param maxOrder largest order, an integer or half an odd integer ≤ 10⁵ (1)
 * @param x argument, finite, ≥ 0 (1)
 * @param out ⌊maxOrder⌋ + 1, overwritten; allocated when left out
 * @param work where what is needed in between lies; new arrays when left out
 * @returns out
 * @throws out-of-range, not-finite, wrong-shape
 * @cost O(maxOrder + √x) steps of about 60 flops (80·maxOrder terms at most where Hankel's expansion holds)
 * @accuracy as besselIScaled (bessel.test.ts)
 * @source as besselIScaled
 */
export function besselIScaledSequence(
  maxOrder: number,
  x: number,
  out: Float64Array = new Float64Array(Number.isFinite(maxOrder) && maxOrder >= 0 ? Math.floor(maxOrder) + 1 : 0),
  work: Workspace = fresh,
): Float64Array {
  const who = "besselIScaledSequence";
  requireOrder(who, maxOrder);
  requireAtLeast(who, "the argument", x, 0);
  const first = lowest(maxOrder);
  const top = maxOrder - first;
  requireLength(who, out, top + 1);
  if (hankelHolds(maxOrder, x) || x < tiny) {
    for (let k = 0; k <= top; k++) out[k] = scaledAt(first + k, x);
    return out;
  }
  const mark = work.mark();
  const { mantissa, exponent } = backwardRecurrence(first, top, x, work);
  const factor = lowestOrder(first, x);
  for (let k = 0; k <= top; k++)
    out[k] = timesUnits(factor * (mantissa[k]! / mantissa[0]!), exponent[k]! - exponent[0]!);
  work.release(mark);
  return out;
}

/**
 * log I_ν(x), also where I_ν itself over- or underflows; −∞ for x = 0, ν > 0.
 * @param order ν = 0, ½, 1, 3/2, … ≤ 10⁵ (1)
 * @param x argument, finite, ≥ 0 (1)
 * @throws out-of-range, not-finite
 * @cost as besselIScaled
 * @accuracy absolute error ≤ 3·eps·(1 + x + |log e^{−x}I_ν(x)|) for ν ≤ 10³, x ≤ 10⁴ (bessel.test.ts)
 * @source as besselIScaled
 */
export function logBesselI(order: number, x: number): number {
  requireOrder("logBesselI", order);
  requireAtLeast("logBesselI", "the argument", x, 0);
  if (x === 0) return order === 0 ? 0 : Number.NEGATIVE_INFINITY;
  if (hankelHolds(order, x)) return Math.log(hankel(order, x)) + x;
  const first = lowest(order);
  const top = order - first;
  if (x < tiny) return order * (Math.log(x) - Math.LN2) - logGamma(order + 1);
  const sequence = backwardRecurrence(first, top, x);
  const units = sequence.exponent[top]! - sequence.exponent[0]!;
  return Math.log(mantissaAt(sequence, first, top, x)) + units * logUnit + x;
}

/**
 * The ratio I_{ν+1}(x)/I_ν(x) in [0, 1), by the continued fraction x/(2ν+2 + x·(I_{ν+2}/I_{ν+1})).
 * @param order ν = 0, ½, 1, 3/2, … ≤ 10⁵ (1)
 * @param x argument, finite, ≥ 0 (1)
 * @throws out-of-range, not-finite
 * @cost as besselIScaled
 * @accuracy 2e-15 relative for ν ≤ 10³, x ≤ 10⁴ (bessel.test.ts)
 * @source as besselIScaled
 */
export function besselIRatio(order: number, x: number): number {
  requireOrder("besselIRatio", order);
  requireAtLeast("besselIRatio", "the argument", x, 0);
  if (hankelHolds(order + 1, x)) return hankel(order + 1, x) / hankel(order, x);
  if (x < tiny) return (0.5 * x) / (order + 1);
  // The recurrence may stop at any order: here it runs down to `order` alone, shifted so that index 0 is `order`.
  const { mantissa, exponent } = backwardRecurrence(order, 1, x);
  return timesUnits(mantissa[1]! / mantissa[0]!, exponent[1]! - exponent[0]!);
}

/**
 * The ratios I_{ν+1}(x)/I_ν(x) for ν = first, first + 1, …, first + count − 1.
 * @param first lowest order, an integer or half an odd integer (1)
 * @param count how many (1)
 * @param x argument, finite, ≥ 0 (1)
 * @returns count numbers in [0, 1)
 * @throws out-of-range, not-finite
 * @cost O(count + √x) steps of about 60 flops
 * @accuracy 2e-15 relative (bessel.test.ts)
 * @source as besselIScaled
 */
export function besselIRatioSequence(first: number, count: number, x: number): Float64Array {
  const who = "besselIRatioSequence";
  requireOrder(who, first);
  requireOrder(who, first + count);
  requireDegree(who, "the count", count);
  requireAtLeast(who, "the argument", x, 0);
  const out = new Float64Array(count);
  if (x < tiny || hankelHolds(first + count, x)) {
    for (let k = 0; k < count; k++) out[k] = besselIRatio(first + k, x);
    return out;
  }
  const { mantissa, exponent } = backwardRecurrence(first, count, x);
  for (let k = 0; k < count; k++) {
    out[k] = timesUnits(mantissa[k + 1]! / mantissa[k]!, exponent[k + 1]! - exponent[k]!);
  }
  return out;
}
