import { InputError } from "../errors/index.js";
import { requireMatrix } from "./check.js";
import { pivotedQr } from "./pivoted-qr.js";
import { matMul, matMulTN } from "./products.js";
import { svd } from "./svd.js";

/** Angles between two subspaces and the directions that make them. */
export interface PrincipalAngles {
  /** min(p, q) angles in [0, π/2], ascending (rad) */
  readonly angles: Float64Array;
  /** d×min(p, q): principal vectors in the first subspace, column k for angle k */
  readonly first: Float64Array;
  /** d×min(p, q), in the second; the inner product of columns k is cos(angles[k]) */
  readonly second: Float64Array;
}

function orthonormalBasis(name: string, a: Float64Array, d: number, columns: number): Float64Array {
  const { q, rank } = pivotedQr(a, d, columns);
  if (rank === columns) return q;
  throw new InputError({
    code: "incompatible",
    who: "principalAngles",
    rule: `the columns of ${name} must be linearly independent`,
    got: `rank ${rank} for ${columns} columns`,
    fix: "Pass pivotedQr(...).q, a basis of their span",
    details: { rank, columns },
  });
}

function multiply(a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array {
  const out = new Float64Array(m * n);
  matMul(a, b, m, k, n, out);
  return out;
}

/** The columns of a in reversed order of norm: the i-th angle from the cosine, or from the sine where it is the smaller. */
function mergeAngles(cosines: Float64Array, sines: Float64Array): Float64Array {
  return cosines.map((cosine, k) => {
    const sine = sines[k]!;
    return cosine * cosine < 0.5 ? Math.acos(Math.min(cosine, 1)) : Math.asin(Math.min(sine, 1));
  });
}

/**
 * The principal angles between the column spans of two matrices, small ones from sines and large ones from cosines.
 * @param a d×p, linearly independent columns
 * @param b d×q, linearly independent columns
 * @throws wrong-shape, not-finite, incompatible (dependent columns); no-convergence
 * @cost O(d·(p + q)² + 20·min(p, q)³)
 * @accuracy absolute error of each angle ≤ 1e-14·d for orthonormal columns, at any size of the angle (rotations.test.ts)
 * @source derived (Björck and Golub)
 */
export function principalAngles(a: Float64Array, b: Float64Array, d: number, p: number, q: number): PrincipalAngles {
  requireMatrix("principalAngles", "a", a, d, p);
  requireMatrix("principalAngles", "b", b, d, q);
  if (p < q) {
    const { angles, first, second } = principalAngles(b, a, d, q, p);
    return { angles, first: second, second: first };
  }
  const u = orthonormalBasis("a", a, d, p);
  const v = orthonormalBasis("b", b, d, q);
  const overlap = new Float64Array(p * q);
  matMulTN(u, v, p, d, q, overlap);
  const { u: left, s: cosines, v: right } = svd(overlap, p, q);
  const first = multiply(u, left, d, p, q);
  const second = multiply(v, right, d, q, q);
  // What of b lies outside the first subspace: its singular values are the sines.
  const inside = multiply(u, overlap, d, p, q);
  const { s: sines } = svd(
    v.map((value, k) => value - inside[k]!),
    d,
    q,
  );
  return { angles: mergeAngles(cosines, sines.slice(0, q).reverse()), first, second };
}
