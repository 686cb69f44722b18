import { SolveError } from "../errors/index.js";
import { requireMatrix } from "./check.js";

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
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * d + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * d + k]! * lower[j * d + k]!;
      if (i !== j) {
        lower[i * d + j] = sum / lower[j * d + j]!;
        continue;
      }
      if (!(sum > 0 && sum < Number.POSITIVE_INFINITY)) {
        throw new SolveError({
          code: "not-positive-definite",
          who: "cholesky",
          rule: "every pivot must be positive and finite",
          got: `${sum} in row ${i}`,
          fix: "Use psdSqrt for a semidefinite matrix; an indefinite one is no covariance",
          details: { row: i, pivot: sum },
        });
      }
      lower[i * d + i] = Math.sqrt(sum);
    }
  }
  return lower;
}
