import type { LuFactors } from "./lu.js";
import type { Svd } from "./svd.js";
import type { SymmetricEigen } from "./symmetric-eigen.js";

/** What every implementation checks on entry, before any iteration. */
export { requireMatrix, requireTall } from "./check.js";

/**
 * Dense linear algebra on row-major `Float64Array`, as an object that can be handed around.
 *
 * Shapes, refusals and guarantees are those of the functions of the same names in this folder; an implementation keeps
 * the residuals, orthogonality and orderings to a few d·eps relative to the norm of the input, not their bits.
 * Inputs are never written to, and every call gives the same bits again.
 */
export interface LinearAlgebra {
  /** The implementation and, where there is one, the library behind it; goes into manifests. */
  readonly name: string;
  /** out = a·b, a m×k, b k×n, out m×n not aliasing an input; NaN and infinity pass through. */
  matMul(a: Float64Array, b: Float64Array, m: number, k: number, n: number, out: Float64Array): void;
  /** out = a·bᵀ, a m×k, b n×k. */
  matMulNT(a: Float64Array, b: Float64Array, m: number, k: number, n: number, out: Float64Array): void;
  /** out = aᵀ·b, a k×m, b k×n. */
  matMulTN(a: Float64Array, b: Float64Array, m: number, k: number, n: number, out: Float64Array): void;
  /** out ← alpha·a·aᵀ + beta·out, a d×k, exactly symmetric; reads out's lower triangle, and nothing of it where beta is 0. */
  symmetricRankUpdate(a: Float64Array, d: number, k: number, alpha: number, beta: number, out: Float64Array): void;
  /**
   * out = base + scale·Σ_j coefficients_j·terms_j, entry by entry and summed from the left: the bits of the own one. `out`
   * may be `base` and no term.
   */
  combine(
    base: Float64Array,
    scale: number,
    coefficients: readonly number[],
    terms: readonly Float64Array[],
    out: Float64Array,
  ): void;
  /** L with a = L·Lᵀ; reads the lower triangle only. @throws not-positive-definite */
  cholesky(a: Float64Array, d: number): Float64Array;
  /** P·a = L·U with |L| ≤ 1; factors singular matrices too. */
  luFactor(a: Float64Array, d: number): LuFactors;
  /** x with a·x = b from any implementation's factors of a, b d×columns. @throws singular */
  luSolve(f: LuFactors, b: Float64Array, columns: number): Float64Array;
  /** x with a·x = b, b d×columns. @throws singular */
  solveLinear(a: Float64Array, b: Float64Array, d: number, columns: number): Float64Array;
  /** a⁻¹. @throws singular */
  inverse(a: Float64Array, d: number): Float64Array;
  /** log|det a| and the sign of det a; −∞ and 0 for an exactly singular matrix. */
  logAbsDet(a: Float64Array, d: number): { logAbs: number; sign: number };
  /** a = q·r, a m×n with m ≥ n, q m×n, r n×n with diag r ≥ 0. @throws wrong-shape when m < n */
  qr(a: Float64Array, m: number, n: number): { q: Float64Array; r: Float64Array };
  /** (a + aᵀ)/2 = Z·diag(λ)·Zᵀ, λ ascending. @throws no-convergence */
  symmetricEigen(a: Float64Array, d: number): SymmetricEigen;
  /** a = u·diag(s)·vᵀ, s descending, u m×r, v n×r, r = min(m, n). @throws no-convergence */
  svd(a: Float64Array, m: number, n: number): Svd;
  /** All eigenvalues; conjugate pairs adjacent, the positive imaginary part first. @throws no-convergence */
  eigenvalues(a: Float64Array, d: number): { re: Float64Array; im: Float64Array };
  /** a = q·t·qᵀ, a 2×2 block of t for each complex pair only. @throws no-convergence */
  realSchur(a: Float64Array, d: number): { t: Float64Array; q: Float64Array };
}
