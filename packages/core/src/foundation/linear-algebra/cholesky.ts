import { SolveError } from "../errors/index.js";
import { requireMatrix } from "./check.js";
import { dotRows } from "./kernels.js";

/** Entries (i, from…from + 3) and (i + 1, …) of a − L·Lᵀ over the first `from` columns of L. */
function updateTile(a: Float64Array, lower: Float64Array, d: number, i: number, from: number): void {
  const row = i * d;
  const next = row + d;
  const r0 = from * d;
  const r1 = r0 + d;
  const r2 = r1 + d;
  const r3 = r2 + d;
  let s0 = a[row + from]!;
  let s1 = a[row + from + 1]!;
  let s2 = a[row + from + 2]!;
  let s3 = a[row + from + 3]!;
  let t0 = a[next + from]!;
  let t1 = a[next + from + 1]!;
  let t2 = a[next + from + 2]!;
  let t3 = a[next + from + 3]!;
  for (let k = 0; k < from; k++) {
    const x = lower[row + k]!;
    const y = lower[next + k]!;
    const u0 = lower[r0 + k]!;
    const u1 = lower[r1 + k]!;
    const u2 = lower[r2 + k]!;
    const u3 = lower[r3 + k]!;
    s0 -= x * u0;
    s1 -= x * u1;
    s2 -= x * u2;
    s3 -= x * u3;
    t0 -= y * u0;
    t1 -= y * u1;
    t2 -= y * u2;
    t3 -= y * u3;
  }
  lower[row + from] = s0;
  lower[row + from + 1] = s1;
  lower[row + from + 2] = s2;
  lower[row + from + 3] = s3;
  lower[next + from] = t0;
  lower[next + from + 1] = t1;
  lower[next + from + 2] = t2;
  lower[next + from + 3] = t3;
}

/** Finishes row i of the four columns from `from` on, whose products with all earlier columns are subtracted already. */
function finishRow(lower: Float64Array, d: number, i: number, from: number, inverse: Float64Array): void {
  const row = i * d + from;
  const r1 = (from + 1) * d + from;
  const r2 = r1 + d;
  const r3 = r2 + d;
  const x0 = lower[row]! * inverse[0]!;
  const x1 = (lower[row + 1]! - x0 * lower[r1]!) * inverse[1]!;
  const x2 = (lower[row + 2]! - x0 * lower[r2]! - x1 * lower[r2 + 1]!) * inverse[2]!;
  lower[row] = x0;
  lower[row + 1] = x1;
  lower[row + 2] = x2;
  lower[row + 3] = (lower[row + 3]! - x0 * lower[r3]! - x1 * lower[r3 + 1]! - x2 * lower[r3 + 2]!) * inverse[3]!;
}

/** Row i of the columns from…to−1, one entry after the other; makes the pivots. */
function slowRow(a: Float64Array, lower: Float64Array, d: number, i: number, from: number, to: number): void {
  for (let j = from; j < to && j <= i; j++) {
    const sum = a[i * d + j]! - dotRows(lower, i * d, lower, j * d, j);
    if (i !== j) {
      lower[i * d + j] = sum / lower[j * d + j]!;
      continue;
    }
    if (!(sum > 0 && sum < Number.POSITIVE_INFINITY)) refusePivot(i, sum);
    lower[i * d + i] = Math.sqrt(sum);
  }
}

function refusePivot(row: number, pivot: number): never {
  throw new SolveError({
    code: "not-positive-definite",
    who: "cholesky",
    rule: "every pivot must be positive and finite",
    got: `${pivot} in row ${row}`,
    fix: "Use psdSqrt for a semidefinite matrix; an indefinite one is no covariance",
    details: { row, pivot },
  });
}

/**
 * The lower Cholesky factor L with a = L·Lᵀ.
 * @param a d×d symmetric positive definite; only the lower triangle is read
 * @returns L, d×d, zeros above the diagonal
 * @throws wrong-shape, not-finite (input); not-positive-definite when a pivot is not positive
 * @cost O(d³/3) time, O(d²) memory
 * @accuracy ‖a − L·Lᵀ‖ ≤ d·eps·‖a‖ (index.test.ts)
 * @source derived (definition)
 */
export function cholesky(a: Float64Array, d: number): Float64Array {
  requireMatrix("cholesky", "the matrix", a, d, d);
  const lower = new Float64Array(d * d);
  const inverse = new Float64Array(4);
  // Four columns and two rows at a time: their products with all earlier columns share the loads.
  for (let from = 0; from < d; from += 4) {
    const to = Math.min(from + 4, d);
    for (let i = from; i < to; i++) slowRow(a, lower, d, i, from, to);
    // Four divisions here in place of four in every row below.
    for (let j = from; j < to; j++) inverse[j - from] = 1 / lower[j * d + j]!;
    let i = to;
    for (; i + 2 <= d; i += 2) {
      updateTile(a, lower, d, i, from);
      finishRow(lower, d, i, from, inverse);
      finishRow(lower, d, i + 1, from, inverse);
    }
    for (; i < d; i++) slowRow(a, lower, d, i, from, to);
  }
  return lower;
}
