import { type LinearAlgebra, requireMatrix } from "@meanfield/core/foundation/linear-algebra";
import { character, integer, leading, requireConverged, requireFiniteResult, withWorkspace } from "./call.js";
import type { Routines } from "./load.js";
import { transposed } from "./transposed.js";

/**
 * Thin SVD by dgesdd (divide and conquer) of aᵀ = v·diag(s)·uᵀ, so that u comes out row by row.
 * @cost O(m·n² + 9n³) in the library for m ≥ n, one transpose of v
 * @accuracy ‖a − u·s·vᵀ‖ ≤ 1e-14·d^½·‖a‖; singular values to eps·s_max, not to relative accuracy (the contract suite)
 */
export function svdOf({ dgesdd }: Routines): LinearAlgebra["svd"] {
  const thin = character("S");
  return (a, m, n) => {
    requireMatrix("svd", "the matrix", a, m, n);
    const r = Math.min(m, n);
    const s = new Float64Array(r);
    const u = new Float64Array(m * r);
    const vT = new Float64Array(r * n);
    if (r === 0) return { u, s, v: vT };
    const work = a.slice();
    const integers = new Int32Array(8 * r);
    const given = [thin, integer(n), integer(m), work, leading(n), s, vT, leading(n), u, leading(r)];
    const info = withWorkspace((space, length, status) => dgesdd(...given, space, length, integers, status));
    requireConverged("svd", info);
    requireFiniteResult("svd", s);
    return { u, s, v: transposed(vT, r, n) };
  };
}
