import { SolveError } from "../errors/index.js";
import { balance } from "./balance.js";
import { frobeniusNorm, identity, maxAbs } from "./basic.js";
import { requireMatrix } from "./check.js";
import { householder, reflectColumns, reflectRows } from "./householder.js";

const maxIterationsPerValue = 60;

function toHessenberg(t: Float64Array, q: Float64Array, d: number): void {
  for (let k = 0; k < d - 2; k++) {
    const column = new Float64Array(d - k - 1);
    for (let i = k + 1; i < d; i++) column[i - k - 1] = t[i * d + k]!;
    const { v, factor } = householder(column);
    reflectRows(t, d, k + 1, k, d, v, factor);
    reflectColumns(t, d, 0, d, k + 1, v, factor);
    reflectColumns(q, d, 0, d, k + 1, v, factor);
    for (let i = k + 2; i < d; i++) t[i * d + k] = 0;
  }
}

/** The first row of the unreduced block that ends in row high; the negligible entry before it is set to zero. */
function blockStart(t: Float64Array, d: number, high: number, norm: number): number {
  for (let low = high; low > 0; low--) {
    const size = Math.abs(t[(low - 1) * d + low - 1]!) + Math.abs(t[low * d + low]!);
    if (Math.abs(t[low * d + low - 1]!) > Number.EPSILON * (size === 0 ? norm : size)) continue;
    t[low * d + low - 1] = 0;
    return low;
  }
  return 0;
}

/** One Francis double-shift sweep on rows low…high; `exceptional` replaces the shifts of a block that stagnates. */
function francis(t: Float64Array, q: Float64Array, d: number, low: number, high: number, exceptional: boolean): void {
  const at = (i: number, j: number): number => t[i * d + j]!;
  let sum = at(high - 1, high - 1) + at(high, high);
  let product = at(high - 1, high - 1) * at(high, high) - at(high - 1, high) * at(high, high - 1);
  if (exceptional) {
    const size = Math.abs(at(high, high - 1)) + Math.abs(at(high - 1, high - 2));
    sum = 1.5 * size + 2 * at(high, high);
    product = (at(high, high) + 0.75 * size) ** 2 + 0.4375 * size * size;
  }
  const h00 = at(low, low);
  const h10 = at(low + 1, low);
  let x = h00 * h00 + at(low, low + 1) * h10 - sum * h00 + product;
  let y = h10 * (h00 + at(low + 1, low + 1) - sum);
  let z = h10 * at(low + 2, low + 1);
  for (let k = low; k < high; k++) {
    const { v, factor } = householder(k < high - 1 ? Float64Array.of(x, y, z) : Float64Array.of(x, y));
    reflectRows(t, d, k, Math.max(k - 1, low), d, v, factor);
    reflectColumns(t, d, 0, Math.min(k + 3, high) + 1, k, v, factor);
    reflectColumns(q, d, 0, d, k, v, factor);
    if (k > low) for (let i = k + 1; i < Math.min(k + 3, high + 1); i++) t[i * d + k - 1] = 0;
    x = at(k + 1, k);
    y = k + 2 <= high ? at(k + 2, k) : 0;
    z = k + 3 <= high ? at(k + 3, k) : 0;
  }
}

/** Makes the 2×2 block in rows k, k + 1 triangular when its eigenvalues are real. */
function splitBlock(t: Float64Array, q: Float64Array, d: number, k: number): void {
  const c = t[(k + 1) * d + k]!;
  const half = 0.5 * (t[k * d + k]! - t[(k + 1) * d + k + 1]!);
  const discriminant = half * half + t[k * d + k + 1]! * c;
  if (discriminant < 0) return;
  const z = half + (half >= 0 ? Math.sqrt(discriminant) : -Math.sqrt(discriminant));
  const { v, factor } = householder(Float64Array.of(z, c));
  reflectRows(t, d, k, k, d, v, factor);
  reflectColumns(t, d, 0, k + 2, k, v, factor);
  reflectColumns(q, d, 0, d, k, v, factor);
  t[(k + 1) * d + k] = 0;
}

function iterate(t: Float64Array, q: Float64Array, d: number): void {
  const norm = frobeniusNorm(t);
  let iterations = 0;
  for (let high = d - 1; high > 0; ) {
    const low = blockStart(t, d, high, norm);
    if (low >= high - 1) {
      if (low === high - 1) splitBlock(t, q, d, low);
      high = low - 1;
      iterations = 0;
      continue;
    }
    iterations++;
    if (iterations > maxIterationsPerValue) {
      throw new SolveError({
        code: "no-convergence",
        who: "realSchur",
        rule: `every eigenvalue must converge within ${maxIterationsPerValue} iterations`,
        got: `a block of rows ${low} to ${high} that did not split`,
        fix: "Perturb the matrix by rounding errors and report it",
      });
    }
    francis(t, q, d, low, high, iterations % 10 === 0);
  }
}

function schurInPlace(t: Float64Array, q: Float64Array, d: number): void {
  const largest = maxAbs(t);
  const scale = largest > 0 && (largest > 1e100 || largest < 1e-100) ? largest : 1;
  for (let i = 0; i < t.length; i++) t[i]! /= scale;
  toHessenberg(t, q, d);
  iterate(t, q, d);
  for (let i = 0; i < t.length; i++) t[i]! *= scale;
}

/**
 * The real Schur form a = q·t·qᵀ: Hessenberg reduction and Francis' implicit double shift.
 * @param a d×d
 * @returns q orthogonal d×d; t d×d quasi upper triangular, a 2×2 block for each pair of complex eigenvalues only
 * @throws wrong-shape, not-finite (input); no-convergence
 * @cost O(25d³) time, O(d²) memory
 * @accuracy ‖a − q·t·qᵀ‖ ≤ 1e-14·d^½·‖a‖, ‖qᵀq − I‖ ≤ 1e-13 for d ≤ 64 (index.test.ts)
 * @source derived (Francis' algorithm)
 */
export function realSchur(a: Float64Array, d: number): { t: Float64Array; q: Float64Array } {
  requireMatrix("realSchur", "the matrix", a, d, d);
  const t = a.slice();
  const q = identity(d);
  schurInPlace(t, q, d);
  return { t, q };
}

/** The eigenvalues of a quasi upper triangular t, in order; a pair with its positive imaginary part first. @cost O(d) */
export function schurEigenvalues(t: Float64Array, d: number): { re: Float64Array; im: Float64Array } {
  const re = new Float64Array(d);
  const im = new Float64Array(d);
  for (let k = 0; k < d; k++) {
    re[k] = t[k * d + k]!;
    const below = k + 1 < d ? t[(k + 1) * d + k]! : 0;
    if (below === 0) continue;
    const half = 0.5 * (t[k * d + k]! - t[(k + 1) * d + k + 1]!);
    const product = -t[k * d + k + 1]! * below;
    // (√product)² − half² as a product of sum and difference: no overflow, no cancellation of squares.
    const root = Math.sqrt(Math.abs(t[k * d + k + 1]!)) * Math.sqrt(Math.abs(below));
    const size = product > 0 ? Math.sqrt(Math.max(root - Math.abs(half), 0)) * Math.sqrt(root + Math.abs(half)) : 0;
    re[k] = t[k * d + k]! - half;
    re[k + 1] = re[k]!;
    im[k] = size;
    im[k + 1] = -size;
    k++;
  }
  return { re, im };
}

/**
 * All eigenvalues of a general real matrix, from the Schur form of the balanced matrix.
 * @param a d×d
 * @returns re, im (d each); complex ones in adjacent conjugate pairs, the positive imaginary part first; else unordered
 * @throws wrong-shape, not-finite (input); no-convergence
 * @cost O(25d³) time, O(d²) memory
 * @accuracy exact for a matrix within 1e-14·d^½·‖balanced a‖ (index.test.ts); a defective eigenvalue moves by a root of that
 * @source derived (Francis' algorithm)
 */
export function eigenvalues(a: Float64Array, d: number): { re: Float64Array; im: Float64Array } {
  requireMatrix("eigenvalues", "the matrix", a, d, d);
  const t = a.slice();
  balance(t, d);
  schurInPlace(t, identity(d), d);
  return schurEigenvalues(t, d);
}
