import { SolveError } from "../errors/index.js";
import { fresh, type Workspace } from "../workspace/index.js";
import { identity } from "./basic.js";
import { requireMatrix } from "./check.js";
import { addCombination, subtractFourRows } from "./kernels.js";

/** P·a = L·U: unit lower L and upper U packed in `lu`; row i was swapped with row `pivots[i]`. */
export interface LuFactors {
  readonly d: number;
  /** d×d */
  readonly lu: Float64Array;
  /** d */
  readonly pivots: Int32Array;
  /** +1 or −1: the sign of the permutation. */
  readonly sign: 1 | -1;
}

function swapRows(a: Float64Array, columns: number, i: number, j: number): void {
  if (i === j) return;
  for (let c = 0; c < columns; c++) {
    const held = a[i * columns + c]!;
    a[i * columns + c] = a[j * columns + c]!;
    a[j * columns + c] = held;
  }
}

function pivotRow(lu: Float64Array, d: number, k: number): number {
  let pivot = k;
  let largest = Math.abs(lu[k * d + k]!);
  for (let i = k + 1; i < d; i++) {
    const size = Math.abs(lu[i * d + k]!);
    if (size > largest) {
      pivot = i;
      largest = size;
    }
  }
  return pivot;
}

/** Divides column k by its pivot and eliminates it from the columns up to `to`. */
function eliminate(lu: Float64Array, d: number, k: number, to: number): void {
  const head = lu[k * d + k]!;
  if (head === 0) return;
  for (let i = k + 1; i < d; i++) {
    const factor = lu[i * d + k]! / head;
    lu[i * d + k] = factor;
    for (let j = k + 1; j < to; j++) lu[i * d + j]! -= factor * lu[k * d + j]!;
  }
}

/**
 * LU factors with partial pivoting, P·a = L·U. A singular matrix is factored too; `luSolve` is what refuses it.
 * @param a d×d
 * @param work where the factors lie; new arrays when left out
 * @throws wrong-shape, not-finite
 * @cost O(2d³/3) time, O(d²) memory
 * @accuracy ‖P·a − L·U‖ ≤ d·growth·eps·‖a‖ (index.test.ts)
 * @source derived (definition)
 */
export function luFactor(a: Float64Array, d: number, work: Workspace = fresh): LuFactors {
  requireMatrix("luFactor", "the matrix", a, d, d);
  const lu = work.floats(d * d);
  lu.set(a);
  const pivots = work.integers(d);
  let sign: 1 | -1 = 1;
  // Four columns are eliminated, then all rows to their right are updated by the four pivot rows at once.
  for (let from = 0; from < d; from += 4) {
    const to = Math.min(from + 4, d);
    for (let k = from; k < to; k++) {
      const pivot = pivotRow(lu, d, k);
      pivots[k] = pivot;
      if (pivot !== k) sign = sign === 1 ? -1 : 1;
      swapRows(lu, d, k, pivot);
      eliminate(lu, d, k, to);
    }
    for (let i = from + 1; i < to; i++) {
      addCombination(lu, i * d + to, d - to, -1, lu, i * d + from, 1, i - from, lu, from * d + to, d);
    }
    if (to < d) subtractFourRows(lu, d, from, to, to, d);
  }
  return { d, lu, pivots, sign };
}

function requireRegular(f: LuFactors): void {
  for (let k = 0; k < f.d; k++) {
    const pivot = f.lu[k * f.d + k]!;
    if (pivot !== 0 && Number.isFinite(pivot)) continue;
    throw new SolveError({
      code: "singular",
      who: "luSolve",
      rule: "the matrix must be invertible",
      got: `pivot ${pivot} in row ${k}`,
      fix: "Use psdSqrt or svd for a pseudo-inverse",
      details: { row: k, pivot },
    });
  }
}

/** So many right-hand sides are solved together: their part of x stays in the cache. */
const columnGroup = 64;

/** Both substitutions on the columns from … from + width − 1 of x, in place. */
function substitute(f: LuFactors, x: Float64Array, columns: number, from: number, width: number): void {
  const { d, lu } = f;
  for (let i = 0; i < d; i++) addCombination(x, i * columns + from, width, -1, lu, i * d, 1, i, x, from, columns);
  for (let i = d - 1; i >= 0; i--) {
    const row = i * columns + from;
    addCombination(x, row, width, -1, lu, i * d + i + 1, 1, d - 1 - i, x, row + columns, columns);
    const pivot = lu[i * d + i]!;
    for (let c = 0; c < width; c++) x[row + c]! /= pivot;
  }
}

/**
 * x with a·x = b from the factors of a.
 * @param b d×columns
 * @param work where x lies; a new array when left out
 * @returns d×columns
 * @throws wrong-shape, not-finite; singular when a pivot is zero
 * @cost O(2d²·columns)
 * @accuracy backward stable: ‖a·x − b‖ ≤ d·growth·eps·‖a‖·‖x‖ (index.test.ts)
 */
export function luSolve(f: LuFactors, b: Float64Array, columns: number, work: Workspace = fresh): Float64Array {
  const { d, pivots } = f;
  requireMatrix("luSolve", "the right-hand side", b, d, columns);
  requireRegular(f);
  const x = work.floats(d * columns);
  x.set(b);
  for (let i = 0; i < d; i++) swapRows(x, columns, i, pivots[i]!);
  for (let from = 0; from < columns; from += columnGroup)
    substitute(f, x, columns, from, Math.min(columnGroup, columns - from));
  return x;
}

/**
 * x with a·x = b.
 * @param a d×d
 * @param b d×columns
 * @param work where factors and x lie; new arrays when left out
 * @returns d×columns
 * @throws wrong-shape, not-finite; singular
 * @cost O(2d³/3 + 2d²·columns)
 * @accuracy as luSolve (index.test.ts)
 */
export function solveLinear(
  a: Float64Array,
  b: Float64Array,
  d: number,
  columns: number,
  work: Workspace = fresh,
): Float64Array {
  return luSolve(luFactor(a, d, work), b, columns, work);
}

/** The inverse a⁻¹. @param a d×d @throws wrong-shape, not-finite; singular @cost O(2d³) @accuracy as luSolve (index.test.ts) */
export function inverse(a: Float64Array, d: number): Float64Array {
  return luSolve(luFactor(a, d), identity(d), d);
}

/**
 * log|det a| and the sign of det a; an exactly singular matrix gives −∞ and 0, the empty one 0 and 1.
 * @param a d×d
 * @returns logAbs (nat), sign −1, 0 or 1
 * @throws wrong-shape, not-finite
 * @cost O(2d³/3)
 * @accuracy relative error of det d·eps·condition (index.test.ts)
 */
export function logAbsDet(a: Float64Array, d: number): { logAbs: number; sign: number } {
  const { lu, sign: permutation } = luFactor(a, d);
  let logAbs = 0;
  let sign: number = permutation;
  for (let k = 0; k < d; k++) {
    const pivot = lu[k * d + k]!;
    logAbs += Math.log(Math.abs(pivot));
    sign *= Math.sign(pivot);
  }
  return { logAbs, sign };
}
