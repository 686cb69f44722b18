import { requireMatrix } from "./check.js";
import { logAbsDet } from "./lu.js";
import { matMulNT, matMulTN } from "./products.js";
import { svd } from "./svd.js";

/** The best orthogonal map and what it leaves. */
export interface Procrustes {
  /** d×d orthogonal, acting on the left: q·a_i ≈ b_i */
  readonly orthogonal: Float64Array;
  /** (Σ_i |q·a_i − b_i|²)^½ */
  readonly residual: number;
  /** the singular values of Σ_i b_i·a_iᵀ, descending (d); the map is unique when no two of the smallest vanish */
  readonly singularValues: Float64Array;
}

/**
 * The orthogonal q that minimises Σ_i |q·a_i − b_i|², over all orthogonal matrices or the rotations only.
 * @param a n×d, one point in each row
 * @param b n×d
 * @param options rotation: only maps with determinant +1; default false
 * @throws wrong-shape, not-finite (input); no-convergence
 * @cost O(n·d² + 20d³)
 * @accuracy ‖qᵀq − I‖ ≤ 1e-13, and no rotation is better (rotations.test.ts)
 * @source derived (Schönemann; Kabsch for rotations)
 */
export function procrustes(
  a: Float64Array,
  b: Float64Array,
  n: number,
  d: number,
  options: { readonly rotation?: boolean } = {},
): Procrustes {
  requireMatrix("procrustes", "a", a, n, d);
  requireMatrix("procrustes", "b", b, n, d);
  const cross = new Float64Array(d * d);
  matMulTN(b, a, d, n, d, cross);
  const { u, s, v } = svd(cross, d, d);
  const orthogonal = new Float64Array(d * d);
  matMulNT(u, v, d, d, d, orthogonal);
  if (options.rotation === true && d > 0 && logAbsDet(orthogonal, d).sign < 0) {
    // The smallest singular value pays for the reflection.
    const flipped = u.map((value, k) => (k % d === d - 1 ? -value : value));
    matMulNT(flipped, v, d, d, d, orthogonal);
  }
  const image = new Float64Array(n * d);
  matMulNT(a, orthogonal, n, d, d, image);
  let sum = 0;
  for (let k = 0; k < n * d; k++) sum += (image[k]! - b[k]!) ** 2;
  return { orthogonal, residual: Math.sqrt(sum), singularValues: s };
}
