import { SolveError } from "../errors/index.js";
import { requireMatrix } from "./check.js";
import { addCombination } from "./kernels.js";

/** Which half of the matrix is read, and whether its transpose is meant. */
export interface TriangularOptions {
  readonly triangle: "lower" | "upper";
  /** Solve with tᵀ in place of t; default false. */
  readonly transposed?: boolean;
}

function requirePivot(t: Float64Array, d: number, row: number): number {
  const pivot = t[row * d + row]!;
  if (pivot !== 0) return pivot;
  throw new SolveError({
    code: "singular",
    who: "solveTriangular",
    rule: "every diagonal entry must be nonzero",
    got: `0 in row ${row}`,
    fix: "Use pivotedQr or svd for a rank-deficient matrix",
    details: { row },
  });
}

/**
 * x with t·x = b, or tᵀ·x = b, for a triangular t.
 * @param t d×d; the other half is not read, though it must be finite
 * @param b d×columns
 * @returns d×columns
 * @throws wrong-shape, not-finite (input); singular when a diagonal entry is zero; not-finite (SolveError) on overflow
 * @cost O(d²·columns)
 * @accuracy |t·x − b| ≤ (d + 1)·eps·|t|·|x| entry by entry (factorizations.test.ts)
 * @source derived (substitution)
 */
export function solveTriangular(
  t: Float64Array,
  b: Float64Array,
  d: number,
  columns: number,
  options: TriangularOptions,
): Float64Array {
  requireMatrix("solveTriangular", "the matrix", t, d, d);
  requireMatrix("solveTriangular", "the right-hand side", b, d, columns);
  const transposed = options.transposed ?? false;
  const forward = (options.triangle === "lower") !== transposed;
  const x = b.slice();
  for (let step = 0; step < d; step++) {
    const i = forward ? step : d - 1 - step;
    const from = forward ? 0 : i + 1;
    const entry = transposed ? from * d + i : i * d + from;
    addCombination(x, i * columns, columns, -1, t, entry, transposed ? d : 1, step, x, from * columns, columns);
    const pivot = requirePivot(t, d, i);
    for (let c = 0; c < columns; c++) x[i * columns + c]! /= pivot;
  }
  requireFiniteResult("solveTriangular", x);
  return x;
}

/** Refuses a result that left the range of numbers. @throws not-finite (SolveError) */
export function requireFiniteResult(who: string, x: Float64Array): void {
  if (x.every((value) => Number.isFinite(value))) return;
  throw new SolveError({
    code: "not-finite",
    who,
    rule: "the solution must fit into floating point",
    got: "an overflow",
    fix: "Scale the problem, or regularise it: it is singular to working precision",
  });
}
