import { requireMatrix } from "./check.js";
import { matMul, matMulNT } from "./products.js";
import { quasiTriangularRoot, requireOffNegativeAxis } from "./quasi-triangular-root.js";
import { realSchur } from "./schur.js";

/**
 * The principal square root X of a general matrix, X·X = a with eigenvalues in the open right half plane.
 * @param a d×d without eigenvalues on the closed negative real axis
 * @returns X, d×d real
 * @throws wrong-shape, not-finite; out-of-range (negative real eigenvalue); singular (eigenvalue 0); no-convergence
 * @cost O(27d³) time, O(d²) memory
 * @accuracy ‖X·X − a‖ ≤ 1e-14·d·‖X‖² (functions.test.ts)
 * @source derived (the Schur method of Björck and Hammarling)
 */
export function sqrtm(a: Float64Array, d: number): Float64Array {
  requireMatrix("sqrtm", "the matrix", a, d, d);
  const { t, q } = realSchur(a, d);
  requireOffNegativeAxis("sqrtm", t, d, "Use psdSqrt for a positive semidefinite matrix");
  const root = quasiTriangularRoot(t, d);
  const work = new Float64Array(d * d);
  const x = new Float64Array(d * d);
  matMul(q, root, d, d, d, work);
  matMulNT(work, q, d, d, d, x);
  return x;
}
