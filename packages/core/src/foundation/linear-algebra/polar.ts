import { symmetrize } from "./basic.js";
import { requireMatrix } from "./check.js";
import { matMulNT } from "./products.js";
import { svd } from "./svd.js";

/**
 * The polar decomposition a = u·h of a square matrix: u orthogonal and nearest to a, h = (aᵀ·a)^½.
 * @param a d×d
 * @returns orthogonal d×d (unique only when a is invertible), psd d×d symmetric positive semidefinite
 * @throws wrong-shape, not-finite (input); no-convergence
 * @cost that of svd + 4d³
 * @accuracy ‖a − u·h‖ ≤ 1e-14·d·‖a‖, ‖uᵀu − I‖ ≤ 1e-13 (rotations.test.ts)
 * @source derived (definition)
 */
export function polar(a: Float64Array, d: number): { orthogonal: Float64Array; psd: Float64Array } {
  requireMatrix("polar", "the matrix", a, d, d);
  const { u, s, v } = svd(a, d, d);
  const orthogonal = new Float64Array(d * d);
  const psd = new Float64Array(d * d);
  matMulNT(u, v, d, d, d, orthogonal);
  matMulNT(
    v.map((value, k) => value * s[k % d]!),
    v,
    d,
    d,
    d,
    psd,
  );
  symmetrize(psd, d);
  return { orthogonal, psd };
}
