import { balance } from "./balance.js";
import { maxAbs, transpose } from "./basic.js";
import { requireMatrix } from "./check.js";
import { francisIterations } from "./francis.js";
import { hessenberg } from "./hessenberg.js";

/**
 * Overwrites t by its Schur form; returns qᵀ when wanted.
 * Without it only the diagonal blocks of t mean anything.
 */
function schurInPlace(t: Float64Array, d: number, wanted: boolean): Float64Array | undefined {
  const largest = maxAbs(t);
  const scale = largest > 0 && (largest > 1e100 || largest < 1e-100) ? largest : 1;
  if (scale !== 1) for (let i = 0; i < t.length; i++) t[i]! /= scale;
  const qT = hessenberg(t, d, wanted);
  francisIterations(t, qT, d);
  if (scale !== 1) for (let i = 0; i < t.length; i++) t[i]! *= scale;
  return qT;
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
  const qT = schurInPlace(t, d, true)!;
  return { t, q: transpose(qT, d, d) };
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
 * @cost O(10d³) time, O(d²) memory
 * @accuracy exact for a matrix within 1e-14·d^½·‖balanced a‖ (index.test.ts); a defective eigenvalue moves by a root of that
 * @source derived (Francis' algorithm)
 */
export function eigenvalues(a: Float64Array, d: number): { re: Float64Array; im: Float64Array } {
  requireMatrix("eigenvalues", "the matrix", a, d, d);
  const t = a.slice();
  balance(t, d);
  schurInPlace(t, d, false);
  return schurEigenvalues(t, d);
}
