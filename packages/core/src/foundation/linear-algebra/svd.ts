import { maxAbs, transpose } from "./basic.js";
import { bidiagonalSvd } from "./bidiagonal.js";
import { requireMatrix } from "./check.js";
import { jacobiSvd } from "./jacobi-svd.js";
import { matMul } from "./products.js";
import { qr } from "./qr.js";

/** a = u·diag(s)·vᵀ, r = min(m, n). */
export interface Svd {
  /** m×r, orthonormal columns */
  readonly u: Float64Array;
  /** r, descending, ≥ 0 */
  readonly s: Float64Array;
  /** n×r, orthonormal columns */
  readonly v: Float64Array;
}

/** Up to this size rotations are as fast as a bidiagonal form, and more accurate. */
const largestForJacobi = 12;

/**
 * The thin singular value decomposition a = u·diag(s)·vᵀ: one-sided Jacobi rotations up to 12 columns, beyond that
 * Golub and Kahan's bidiagonal form with implicit QR.
 * @param a m×n
 * @returns u m×r, s r descending, v n×r, with r = min(m, n)
 * @throws wrong-shape, not-finite (input); no-convergence
 * @cost O(4m·n² + 20·n³) for m ≥ n
 * @accuracy |s error| and ‖a − u·s·vᵀ‖ ≤ 1e-14·s_max, small ones often far better up to 12 columns; ‖uᵀu − I‖ ≤ 1e-13 (index.test.ts)
 * @source derived (Hestenes' rotations; Golub and Kahan's iteration)
 */
export function svd(a: Float64Array, m: number, n: number): Svd {
  requireMatrix("svd", "the matrix", a, m, n);
  if (m < n) {
    const { u, s, v } = svd(transpose(a, m, n), n, m);
    return { u: v, s, v: u };
  }
  const largest = maxAbs(a);
  const scale = largest > 0 && (largest > 1e100 || largest < 1e-100) ? largest : 1;
  const scaled = scale === 1 ? a.slice() : a.map((value) => value / scale);
  const small = n <= largestForJacobi;
  if (m === n && !small) {
    const { uT, s, vT } = bidiagonalSvd(scaled, n);
    return { u: transpose(uT, n, n), s: s.map((value) => value * scale), v: transpose(vT, n, n) };
  }
  const { q, r } = qr(scaled, m, n);
  const { uT, s, vT } = small ? jacobiSvd(transpose(r, n, n), n) : bidiagonalSvd(r, n);
  const u = new Float64Array(m * n);
  matMul(q, transpose(uT, n, n), m, n, n, u);
  return { u, s: s.map((value) => value * scale), v: transpose(vT, n, n) };
}
