import { SolveError } from "@meanfield/core/foundation/errors";
import { type LinearAlgebra, requireMatrix } from "@meanfield/core/foundation/linear-algebra";
import { character, integer, leading } from "./call.js";
import type { Routines } from "./load.js";

function firstBadPivot(factor: Float64Array, d: number): number {
  for (let i = 0; i < d; i++) if (!(factor[i * d + i]! > 0 && Number.isFinite(factor[i * d + i]!))) return i;
  return -1;
}

/**
 * Cholesky by dpotrf: the row-major lower triangle is the column-major upper one, so nothing is transposed.
 * @cost O(d³/3) in the library, one copy
 * @accuracy ‖a − L·Lᵀ‖ ≤ (d + 1)·eps·‖a‖ (the contract suite)
 */
export function choleskyOf({ dpotrf }: Routines): LinearAlgebra["cholesky"] {
  const upper = character("U");
  return (a, d) => {
    requireMatrix("cholesky", "the matrix", a, d, d);
    if (d === 0) return new Float64Array(0);
    const factor = a.slice();
    const info = integer();
    dpotrf(upper, integer(d), factor, leading(d), info);
    const row = info[0]! > 0 ? info[0]! - 1 : firstBadPivot(factor, d);
    if (row >= 0) {
      throw new SolveError({
        code: "not-positive-definite",
        who: "cholesky",
        rule: "every pivot must be positive and finite",
        got: `another one in row ${row}`,
        fix: "Use psdSqrt for a semidefinite matrix; an indefinite one is no covariance",
        details: { row },
      });
    }
    for (let i = 0; i < d; i++) factor.fill(0, i * d + i + 1, i * d + d);
    return factor;
  };
}
