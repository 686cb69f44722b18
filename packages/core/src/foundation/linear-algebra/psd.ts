import { InputError } from "../errors/index.js";
import { isSymmetric, maxAbs, symmetrize } from "./basic.js";
import { requireMatrix } from "./check.js";
import { matMulNT } from "./products.js";
import { symmetricEigen, symmetricEigenvalues } from "./symmetric-eigen.js";
import { requireRankTolerance } from "./tolerance.js";

/** The square root of a positive semidefinite matrix, its pseudo-inverse, and what they were made from. */
export interface PsdSqrt {
  /** a^½, d×d, symmetric */
  readonly sqrt: Float64Array;
  /** (a^½)⁺ of Moore and Penrose, d×d, symmetric */
  readonly inverseSqrt: Float64Array;
  /** How many eigenvalues are above rankTolerance·λ_max. */
  readonly rank: number;
  /** d, ascending, as computed: those at or below the tolerance are counted as zero in the roots, not here. */
  readonly values: Float64Array;
  /** d×d, column j belongs to values[j] */
  readonly vectors: Float64Array;
}

function spectralMap(vectors: Float64Array, weights: Float64Array, d: number): Float64Array {
  const scaled = vectors.map((value, k) => value * weights[k % d]!);
  const out = new Float64Array(d * d);
  matMulNT(scaled, vectors, d, d, d, out);
  symmetrize(out, d);
  return out;
}

function refuseNegative(who: string, smallest: number, largest: number): never {
  throw new InputError({
    code: "not-positive-semidefinite",
    who,
    rule: "the matrix must have no negative eigenvalue",
    got: `smallest eigenvalue ${smallest} (largest ${largest})`,
    fix: "Add a positive multiple of the identity, or check how the matrix was made",
    details: { smallest, largest },
  });
}

function refuseAsymmetric(who: string, a: Float64Array, d: number): never {
  let [row, column, gap] = [0, 0, -1];
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) {
      const difference = Math.abs(a[i * d + j]! - a[j * d + i]!);
      if (difference > gap) [row, column, gap] = [i, j, difference];
    }
  }
  throw new InputError({
    code: "not-symmetric",
    who,
    rule: "the matrix must equal its transpose",
    got: `entries (${row}, ${column}) and (${column}, ${row}) that differ by ${gap}`,
    fix: "Replace it by (a + aᵀ)/2 if the difference is only rounding",
    details: { row, column, difference: gap },
  });
}

/**
 * Refuses a matrix that is not symmetric positive semidefinite: needs |a − aᵀ| ≤ relTol·max|a| and
 * λ_min ≥ −relTol·max|λ|.
 * @param a d×d
 * @param who who asks, for the message
 * @param relTol relative tolerance (1)
 * @throws wrong-shape, not-finite, not-symmetric, not-positive-semidefinite (naming the smallest eigenvalue)
 * @cost that of symmetricEigen
 */
export function requirePsd(a: Float64Array, d: number, who: string, relTol = 1e-10): void {
  requireMatrix(who, "the matrix", a, d, d);
  if (!isSymmetric(a, d, relTol)) refuseAsymmetric(who, a, d);
  const values = symmetricEigenvalues(a, d);
  const smallest = values[0] ?? 0;
  if (smallest < -relTol * maxAbs(values)) refuseNegative(who, smallest, values[d - 1]!);
}

/**
 * The positive semidefinite root a^½ and its Moore–Penrose inverse, from the eigenvalues above the rank tolerance.
 * @param a d×d symmetric positive semidefinite, up to 1e-10 relative (as requirePsd)
 * @param options rankTolerance: eigenvalues at or below this times the largest count as zero (1); default d·eps
 * @throws wrong-shape, not-finite, not-symmetric, not-positive-semidefinite, out-of-range; no-convergence
 * @cost O(11d³) time, O(d²) memory
 * @accuracy ‖sqrt² − a‖ ≤ 1e-14·d·‖a‖ (index.test.ts)
 * @source derived (definition)
 */
export function psdSqrt(a: Float64Array, d: number, options: { readonly rankTolerance?: number } = {}): PsdSqrt {
  const who = "psdSqrt";
  const relTol = 1e-10;
  const rankTolerance = options.rankTolerance ?? d * Number.EPSILON;
  requireRankTolerance(who, rankTolerance);
  requireMatrix(who, "the matrix", a, d, d);
  if (!isSymmetric(a, d, relTol)) refuseAsymmetric(who, a, d);
  const { values, vectors } = symmetricEigen(a, d);
  const largest = maxAbs(values);
  if ((values[0] ?? 0) < -relTol * largest) refuseNegative(who, values[0]!, values[d - 1]!);
  const roots = new Float64Array(d);
  const inverseRoots = new Float64Array(d);
  let rank = 0;
  for (let k = 0; k < d; k++) {
    const value = values[k]!;
    if (!(value > 0 && value > rankTolerance * largest)) continue;
    roots[k] = Math.sqrt(value);
    inverseRoots[k] = 1 / roots[k]!;
    rank++;
  }
  return {
    sqrt: spectralMap(vectors, roots, d),
    inverseSqrt: spectralMap(vectors, inverseRoots, d),
    rank,
    values,
    vectors,
  };
}

/**
 * The Moore–Penrose inverse of a positive semidefinite matrix, from the eigenvalues above the rank tolerance.
 * @param a d×d symmetric positive semidefinite, up to 1e-10 relative (as requirePsd)
 * @param options rankTolerance: eigenvalues at or below this times the largest count as zero (1); default d·eps
 * @returns inverse d×d symmetric, rank
 * @throws wrong-shape, not-finite, not-symmetric, not-positive-semidefinite, out-of-range; no-convergence
 * @cost O(11d³) time, O(d²) memory
 * @accuracy ‖a·a⁺·a − a‖ ≤ 1e-13·d·‖a‖ (factorizations.test.ts)
 * @source derived (definition)
 */
export function psdPseudoInverse(
  a: Float64Array,
  d: number,
  options: { readonly rankTolerance?: number } = {},
): { inverse: Float64Array; rank: number } {
  const rankTolerance = options.rankTolerance ?? d * Number.EPSILON;
  const { values, vectors, rank } = psdSqrt(a, d, { rankTolerance });
  const weights = values.map((value, k) => (k >= d - rank ? 1 / value : 0));
  return { inverse: spectralMap(vectors, weights, d), rank };
}
