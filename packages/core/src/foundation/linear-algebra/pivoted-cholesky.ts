import { SolveError } from "../errors/index.js";
import { requireMatrix } from "./check.js";
import { dotRows } from "./kernels.js";
import { requireRankTolerance } from "./tolerance.js";

/** a[p_i, p_j] = (L·Lᵀ)_ij up to the tolerance, p the permutation. */
export interface PivotedCholesky {
  /** d×rank, lower trapezoidal, its diagonal positive and descending */
  readonly lower: Float64Array;
  /** d; row i of `lower` belongs to row permutation[i] of a */
  readonly permutation: Int32Array;
  readonly rank: number;
}

function largestFrom(values: Float64Array, from: number): number {
  let best = from;
  for (let i = from + 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

function swap(values: Float64Array | Int32Array, i: number, j: number): void {
  const held = values[i]!;
  values[i] = values[j]!;
  values[j] = held;
}

function refuseIndefinite(pivot: number, row: number): never {
  throw new SolveError({
    code: "not-positive-definite",
    who: "pivotedCholesky",
    rule: "no diagonal entry of what remains may be negative beyond rounding",
    got: `${pivot} in row ${row}`,
    fix: "Check how the matrix was made; an indefinite one is no covariance",
    details: { row, pivot },
  });
}

/**
 * The Cholesky factor of a semidefinite matrix with diagonal pivoting, Pᵀ·a·P = L·Lᵀ, stopped at the numerical rank.
 * @param a d×d symmetric positive semidefinite; only the lower triangle is read
 * @param options rankTolerance: pivots at or below this times the largest diagonal entry count as zero (1); default d·eps
 * @throws wrong-shape, not-finite, out-of-range (input); not-positive-definite when a remaining pivot is clearly negative
 * @cost O(d²·rank)
 * @accuracy ‖Pᵀ·a·P − L·Lᵀ‖ ≤ 10·d·(eps + rankTolerance)·‖a‖ (factorizations.test.ts)
 * @source derived (definition)
 */
export function pivotedCholesky(
  a: Float64Array,
  d: number,
  options: { readonly rankTolerance?: number } = {},
): PivotedCholesky {
  requireMatrix("pivotedCholesky", "the matrix", a, d, d);
  const rankTolerance = options.rankTolerance ?? d * Number.EPSILON;
  requireRankTolerance("pivotedCholesky", rankTolerance);
  const work = new Float64Array(d * d);
  const permutation = Int32Array.from({ length: d }, (_, i) => i);
  const remaining = Float64Array.from({ length: d }, (_, i) => a[i * d + i]!);
  const first = d === 0 ? 0 : remaining[largestFrom(remaining, 0)]!;
  const floor = Math.max(rankTolerance, 10 * d * Number.EPSILON) * Math.max(first, 0);
  let rank = 0;
  for (; rank < d; rank++) {
    const pivot = largestFrom(remaining, rank);
    const value = remaining[pivot]!;
    if (!(value > rankTolerance * first && value > 0)) break;
    swap(remaining, rank, pivot);
    swap(permutation, rank, pivot);
    for (let k = 0; k < rank; k++) swap(work, rank * d + k, pivot * d + k);
    const root = Math.sqrt(value);
    work[rank * d + rank] = root;
    for (let i = rank + 1; i < d; i++) {
      const row = permutation[i]!;
      const column = permutation[rank]!;
      const entry = row >= column ? a[row * d + column]! : a[column * d + row]!;
      const value = (entry - dotRows(work, i * d, work, rank * d, rank)) / root;
      work[i * d + rank] = value;
      remaining[i]! -= value * value;
    }
  }
  for (let i = rank; i < d; i++)
    if (remaining[i]! < -floor || first < 0) refuseIndefinite(remaining[i]!, permutation[i]!);
  const lower = new Float64Array(d * rank);
  for (let i = 0; i < d; i++) lower.set(work.subarray(i * d, i * d + rank), i * rank);
  return { lower, permutation, rank };
}
