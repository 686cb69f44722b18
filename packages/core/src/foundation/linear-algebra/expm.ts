import { SolveError } from "../errors/index.js";
import { firstNonFinite } from "../shapes/index.js";
import { requireMatrix } from "./check.js";
import type { LinearAlgebra } from "./contract.js";
import { addCombination } from "./kernels.js";
import { ownLinearAlgebra } from "./own.js";
import { type EvenPowers, evenPower, type PadeDegree, padeParts } from "./pade.js";

/** Up to which 1-norm the approximant of each degree has a backward error below eps. */
const degrees: readonly { readonly degree: PadeDegree; readonly threshold: number }[] = [
  { degree: 3, threshold: 1.495585217958292e-2 },
  { degree: 5, threshold: 2.53939833006323e-1 },
  { degree: 7, threshold: 9.504178996162932e-1 },
  { degree: 9, threshold: 2.097847961257068 },
];
const threshold13 = 5.371920351148152;
/** 1/c_13 = (26)!·27!/(13!)². */
const inverseError13 = 1.132507756060211e35;

function oneNorm(a: Float64Array, d: number): number {
  const sums = new Float64Array(d);
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) sums[j]! += Math.abs(a[i * d + j]!);
  return sums.reduce((x, y) => Math.max(x, y), 0);
}

/** ‖|a/scale|^power‖₁, exactly up to rounding: powers of a non-negative matrix need products with a row of ones only. */
function normOfAbsolutePower(a: Float64Array, d: number, power: number, scale: number): number {
  const size = new Float64Array(d * d);
  for (let i = 0; i < d * d; i++) size[i] = Math.abs(a[i]!) / scale;
  let row = new Float64Array(d).fill(1);
  let next = new Float64Array(d);
  for (let k = 0; k < power; k++) {
    next.fill(0);
    addCombination(next, 0, d, 1, row, 0, 1, d, size, 0, d);
    [row, next] = [next, row];
  }
  return row.reduce((x, y) => Math.max(x, y), 0);
}

/** How many more squarings of scale·a the first term of the backward error of degree 13 asks for. */
function extraSquarings(a: Float64Array, d: number, norm: number, scale: number): number {
  const power = normOfAbsolutePower(a, d, 27, norm);
  if (power === 0) return 0;
  const logError = Math.log2(power) + 26 * Math.log2(scale * norm) - Math.log2(inverseError13);
  return Math.max(0, Math.ceil((logError + 53) / 26));
}

interface Plan {
  readonly degree: PadeDegree;
  readonly squarings: number;
}

/**
 * The degree and the squarings: from ‖a‖ where that suffices, else from ‖a⁴‖^¼ and ‖a⁶‖^⅙, which may be far smaller for a
 * matrix that is not normal.
 */
function plan(p: EvenPowers, norm: number): Plan {
  for (const { degree, threshold } of degrees) if (norm <= threshold) return { degree, squarings: 0 };
  if (norm <= threshold13) return { degree: 13, squarings: 0 };
  const root = (k: number): number => oneNorm(evenPower(p, k), p.d) ** (1 / (2 * k));
  const size = Math.min(norm, Math.max(root(2), root(3)));
  const squarings = Math.max(0, Math.ceil(Math.log2(size / threshold13)));
  const extra = extraSquarings(p.a, p.d, norm, 2 ** -squarings);
  return { degree: 13, squarings: Math.min(squarings + extra, Math.ceil(Math.log2(norm / threshold13))) };
}

function square(algebra: LinearAlgebra, a: Float64Array, d: number, count: number): Float64Array {
  let result = a;
  let next: Float64Array = new Float64Array(d * d);
  for (let k = 0; k < count; k++) {
    algebra.matMul(result, result, d, d, d, next);
    [result, next] = [next, result];
  }
  return result;
}

/**
 * The matrix exponential e^a by scaling and squaring with Padé approximants of degree 3, 5, 7, 9 or 13.
 * @param a d×d
 * @param algebra who multiplies and solves; most of the time goes into products
 * @returns d×d
 * @throws wrong-shape, not-finite (input); not-finite (SolveError) when e^a overflows
 * @cost O((4 … 16 + 2·s)·d³), s ≤ log₂(‖a‖₁/5.4) squarings, fewer when ‖a⁴‖^¼ is smaller
 * @accuracy 1e-14·max(1, ‖a‖₁)·‖e^a‖ for matrices that are not far from normal (index.test.ts)
 * @source Al-Mohy and Higham, A new scaling and squaring algorithm for the matrix exponential (SIAM J. Matrix Anal. 31, 2009)
 */
export function expm(a: Float64Array, d: number, algebra: LinearAlgebra = ownLinearAlgebra): Float64Array {
  requireMatrix("expm", "the matrix", a, d, d);
  const norm = Math.min(oneNorm(a, d), Number.MAX_VALUE);
  // Powers stay in range after this division, by a power of two; it is a no-op for matrices one exponentiates.
  const shift = norm > 1e20 ? Math.ceil(Math.log2(norm / 1e20)) : 0;
  const down = 2 ** -Math.floor(shift / 2) * 2 ** (Math.floor(shift / 2) - shift);
  const scaled = shift === 0 ? a : a.map((value) => value * down);
  const powers: EvenPowers = { algebra, d, a: scaled, powers: [] };
  const { degree, squarings } = plan(powers, shift === 0 ? norm : norm * down);
  const { numerator, denominator } = padeParts(powers, degree, 2 ** -squarings);
  const result = square(algebra, algebra.solveLinear(denominator, numerator, d, d), d, squarings + shift);
  if (firstNonFinite(result) >= 0) {
    throw new SolveError({
      code: "not-finite",
      who: "expm",
      rule: "the exponential must fit into floating point",
      got: `a matrix of 1-norm ${norm}`,
      fix: "Take a shorter time, or subtract a multiple of the identity",
    });
  }
  return result;
}
