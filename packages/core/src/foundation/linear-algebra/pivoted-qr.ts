import { frobeniusNorm } from "./basic.js";
import { requireMatrix } from "./check.js";
import { columnOf, type Reflector, reflectorInPlace, reflectRows } from "./householder.js";
import { requireRankTolerance } from "./tolerance.js";

/** a[:, p] = q·r up to the tolerance, p the permutation of the columns. */
export interface PivotedQr {
  /** m×rank, orthonormal columns: a basis of the range */
  readonly q: Float64Array;
  /** rank×n upper trapezoidal, its diagonal positive and descending */
  readonly r: Float64Array;
  /** n; column j of q·r is column permutation[j] of a */
  readonly permutation: Int32Array;
  readonly rank: number;
}

function swapColumns(a: Float64Array, m: number, n: number, i: number, j: number): void {
  if (i === j) return;
  for (let row = 0; row < m; row++) {
    const held = a[row * n + i]!;
    a[row * n + i] = a[row * n + j]!;
    a[row * n + j] = held;
  }
}

/** The norms of the columns from…n−1 below row `from`, fresh: downdating them would lose what pivoting needs. */
function columnNorms(a: Float64Array, m: number, n: number, from: number, scale: number, out: Float64Array): void {
  for (let j = from; j < n; j++) out[j] = 0;
  for (let i = from; i < m; i++) {
    for (let j = from; j < n; j++) {
      const value = a[i * n + j]! / scale;
      out[j]! += value * value;
    }
  }
}

/**
 * Householder QR with column pivoting, a·P = q·r, stopped at the numerical rank.
 * @param a m×n, any shape
 * @param options rankTolerance: a column shorter than this times the longest counts as zero (1); default max(m, n)·eps
 * @throws wrong-shape, not-finite, out-of-range
 * @cost O(6·m·n·rank)
 * @accuracy ‖a·P − q·r‖ ≤ 10·n·(eps + rankTolerance)·‖a‖, ‖qᵀq − I‖ ≤ 10·n·eps (factorizations.test.ts)
 * @source derived (Businger and Golub)
 */
export function pivotedQr(
  a: Float64Array,
  m: number,
  n: number,
  options: { readonly rankTolerance?: number } = {},
): PivotedQr {
  requireMatrix("pivotedQr", "the matrix", a, m, n);
  const rankTolerance = options.rankTolerance ?? Math.max(m, n) * Number.EPSILON;
  requireRankTolerance("pivotedQr", rankTolerance);
  const work = a.slice();
  const scale = frobeniusNorm(a) || 1;
  const permutation = Int32Array.from({ length: n }, (_, j) => j);
  const norms = new Float64Array(n);
  const scratch = new Float64Array(n);
  const reflectors: Reflector[] = [];
  let floor = -1;
  for (let k = 0; k < Math.min(m, n); k++) {
    columnNorms(work, m, n, k, scale, norms);
    let pivot = k;
    for (let j = k + 1; j < n; j++) if (norms[j]! > norms[pivot]!) pivot = j;
    if (floor < 0) floor = rankTolerance * Math.sqrt(norms[pivot]!);
    if (!(Math.sqrt(norms[pivot]!) > floor)) break;
    swapColumns(work, m, n, k, pivot);
    [permutation[k], permutation[pivot]] = [permutation[pivot]!, permutation[k]!];
    const reflector = reflectorInPlace(columnOf(work, n, k, k, m));
    work[k * n + k] = reflector.image;
    reflectRows(work, n, k, k + 1, n, reflector.v, reflector.factor, scratch);
    reflectors.push(reflector);
  }
  return { ...unpack(work, m, n, reflectors), permutation, rank: reflectors.length };
}

function unpack(
  work: Float64Array,
  m: number,
  n: number,
  reflectors: readonly Reflector[],
): { q: Float64Array; r: Float64Array } {
  const rank = reflectors.length;
  const scratch = new Float64Array(rank);
  const q = new Float64Array(m * rank);
  for (let k = 0; k < rank; k++) q[k * rank + k] = 1;
  for (let k = rank - 1; k >= 0; k--)
    reflectRows(q, rank, k, k, rank, reflectors[k]!.v, reflectors[k]!.factor, scratch);
  const r = new Float64Array(rank * n);
  for (let i = 0; i < rank; i++) {
    const sign = work[i * n + i]! < 0 ? -1 : 1;
    for (let j = i; j < n; j++) r[i * n + j] = sign * work[i * n + j]!;
    if (sign < 0) for (let row = 0; row < m; row++) q[row * rank + i] = -q[row * rank + i]!;
  }
  return { q, r };
}
