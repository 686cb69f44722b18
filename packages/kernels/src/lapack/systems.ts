import { SolveError } from "@meanfield/core/foundation/errors";
import { type LinearAlgebra, type LuFactors, requireMatrix } from "@meanfield/core/foundation/linear-algebra";
import { character, integer, leading, real, withWorkspace } from "./call.js";
import type { Routines } from "./load.js";
import { transposed } from "./transposed.js";

type Systems = Pick<LinearAlgebra, "luFactor" | "luSolve" | "solveLinear" | "inverse" | "logAbsDet">;

/** dgetrf's factors of what it was given, column-major. */
interface Factors {
  readonly lu: Float64Array;
  /** 0-based */
  readonly pivots: Int32Array;
}

function factor({ dgetrf }: Routines, columnMajor: Float64Array, d: number): Factors {
  const pivots = new Int32Array(d);
  dgetrf(integer(d), integer(d), columnMajor, leading(d), pivots, integer());
  return { lu: columnMajor, pivots: pivots.map((row) => row - 1) };
}

function requireRegular(who: string, lu: Float64Array, d: number): void {
  for (let k = 0; k < d; k++) {
    const pivot = lu[k * d + k]!;
    if (pivot !== 0 && Number.isFinite(pivot)) continue;
    throw new SolveError({
      code: "singular",
      who,
      rule: "the matrix must be invertible",
      got: `pivot ${pivot} in row ${k}`,
      fix: "Use psdSqrt or svd for a pseudo-inverse",
      details: { row: k, pivot },
    });
  }
}

function swapRows(x: Float64Array, columns: number, i: number, j: number): void {
  if (i === j) return;
  const held = x.slice(i * columns, i * columns + columns);
  x.copyWithin(i * columns, j * columns, j * columns + columns);
  x.set(held, j * columns);
}

const signOf = (pivots: Int32Array): 1 | -1 => (pivots.filter((row, k) => row !== k).length % 2 === 0 ? 1 : -1);

/** x ← x·T⁻¹ for column-major x (columns×d): on row-major x (d×columns) it solves with Tᵀ from the left. */
function triangularSolve(routines: Routines, lu: Float64Array, d: number, x: Float64Array, columns: number) {
  return (triangle: "U" | "L", diagonal: "U" | "N"): void => {
    const [side, uplo, plain, diag] = ["R", triangle, "N", diagonal].map(character);
    const [rows, size] = [integer(columns), integer(d)];
    routines.dtrsm(side!, uplo!, plain!, diag!, rows, size, real(1), lu, leading(d), x, leading(columns));
  };
}

function luSolve(routines: Routines, { d, lu, pivots }: LuFactors, b: Float64Array, columns: number): Float64Array {
  requireMatrix("luSolve", "the right-hand side", b, d, columns);
  requireRegular("luSolve", lu, d);
  const x = b.slice();
  if (x.length === 0) return x;
  for (let i = 0; i < d; i++) swapRows(x, columns, i, pivots[i]!);
  const solve = triangularSolve(routines, lu, d, x, columns);
  solve("U", "U");
  solve("L", "N");
  return x;
}

/** With aᵀ = P·L·U from the row-major bytes, xᵀ·P·L·U = bᵀ: two solves from the right, then the swaps backwards. */
function solveLinear(routines: Routines, a: Float64Array, b: Float64Array, d: number, columns: number): Float64Array {
  requireMatrix("solveLinear", "the matrix", a, d, d);
  requireMatrix("solveLinear", "the right-hand side", b, d, columns);
  const x = b.slice();
  if (d === 0) return x;
  const { lu, pivots } = factor(routines, a.slice(), d);
  requireRegular("solveLinear", lu, d);
  if (columns === 0) return x;
  const solve = triangularSolve(routines, lu, d, x, columns);
  solve("U", "N");
  solve("L", "U");
  for (let i = d - 1; i >= 0; i--) swapRows(x, columns, i, pivots[i]!);
  return x;
}

function inverse(routines: Routines, a: Float64Array, d: number): Float64Array {
  requireMatrix("inverse", "the matrix", a, d, d);
  if (d === 0) return new Float64Array(0);
  const { lu, pivots } = factor(routines, a.slice(), d);
  requireRegular("inverse", lu, d);
  const fortranPivots = pivots.map((row) => row + 1);
  withWorkspace((work, length, info) => routines.dgetri(integer(d), lu, leading(d), fortranPivots, work, length, info));
  return lu;
}

function logAbsDet(routines: Routines, a: Float64Array, d: number): { logAbs: number; sign: number } {
  requireMatrix("logAbsDet", "the matrix", a, d, d);
  if (d === 0) return { logAbs: 0, sign: 1 };
  const { lu, pivots } = factor(routines, a.slice(), d);
  let logAbs = 0;
  let sign: number = signOf(pivots);
  for (let k = 0; k < d; k++) {
    logAbs += Math.log(Math.abs(lu[k * d + k]!));
    sign *= Math.sign(lu[k * d + k]!);
  }
  return { logAbs, sign };
}

/**
 * LU by dgetrf, triangular solves by dtrsm, the inverse by dgetri. Only luFactor transposes, because its result is
 * promised row by row with row swaps; the others work on the factors of aᵀ.
 * @cost O(2d³/3 + 2d²·columns) in the library
 * @accuracy ‖a·x − b‖ ≤ 10·d·eps·‖a‖·‖x‖ (the contract suite)
 */
export function systemsOf(routines: Routines): Systems {
  return {
    luFactor(a, d) {
      requireMatrix("luFactor", "the matrix", a, d, d);
      if (d === 0) return { d, lu: new Float64Array(0), pivots: new Int32Array(0), sign: 1 };
      const { lu, pivots } = factor(routines, transposed(a, d, d), d);
      return { d, lu: transposed(lu, d, d), pivots, sign: signOf(pivots) };
    },
    luSolve: (f, b, columns) => luSolve(routines, f, b, columns),
    solveLinear: (a, b, d, columns) => solveLinear(routines, a, b, d, columns),
    inverse: (a, d) => inverse(routines, a, d),
    logAbsDet: (a, d) => logAbsDet(routines, a, d),
  };
}
