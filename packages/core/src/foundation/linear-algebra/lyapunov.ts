import { maxAbs } from "./basic.js";
import { requireMatrix } from "./check.js";
import { matMul, matMulNT, matMulTN } from "./products.js";
import { flipTranspose, reverseColumns, solveQuasiTriangularSylvester } from "./quasi-triangular.js";
import { realSchur, schurEigenvalues } from "./schur.js";
import { requireNoZeroSum } from "./sylvester.js";

/**
 * The solution X of the Lyapunov equation a·X + X·aᵀ = q, through the real Schur form of a.
 * @param a d×d
 * @param q d×d, symmetric or not (X is symmetric when q is, up to rounding)
 * @returns X, d×d
 * @throws wrong-shape, not-finite (input); singular when λ_i + λ_j = 0 to d·eps·‖a‖; no-convergence
 * @cost O(30d³) time, O(d²) memory
 * @accuracy ‖a·X + X·aᵀ − q‖ ≤ 1e-13·‖a‖·‖X‖ (index.test.ts)
 * @source derived (Bartels and Stewart)
 */
export function lyapunov(a: Float64Array, q: Float64Array, d: number): Float64Array {
  requireMatrix("lyapunov", "a", a, d, d);
  requireMatrix("lyapunov", "q", q, d, d);
  const { t, q: basis } = realSchur(a, d);
  const spectrum = schurEigenvalues(t, d);
  const rule = "no two eigenvalues of a may add up to zero";
  requireNoZeroSum("lyapunov", rule, spectrum, spectrum, d * Number.EPSILON * maxAbs(t));
  const work = new Float64Array(d * d);
  const rotated = new Float64Array(d * d);
  matMulTN(basis, q, d, d, d, work);
  matMul(work, basis, d, d, d, rotated);
  // t·y + y·tᵀ = f is t·(yJ) + (yJ)·(J·tᵀ·J) = fJ: both coefficients upper quasi triangular.
  const y = reverseColumns(rotated, d, d);
  solveQuasiTriangularSylvester(t, flipTranspose(t, d), y, d, d);
  matMul(basis, reverseColumns(y, d, d), d, d, d, work);
  matMulNT(work, basis, d, d, d, rotated);
  return rotated;
}
