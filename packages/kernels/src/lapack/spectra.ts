import { type LinearAlgebra, requireMatrix } from "@meanfield/core/foundation/linear-algebra";
import { character, integer, leading, real, requireConverged, requireFiniteResult, withWorkspace } from "./call.js";
import type { Routines } from "./load.js";
import { transposed } from "./transposed.js";

/**
 * Eigenvalues of a general matrix by dgeev (balanced); aᵀ has those of a, so nothing is transposed.
 * @cost O(10d³) in the library
 * @accuracy exact for a matrix within 1e-14·d^½·‖balanced a‖ (the contract suite)
 */
export function eigenvaluesOf({ dgeev }: Routines): LinearAlgebra["eigenvalues"] {
  const none = character("N");
  return (a, d) => {
    requireMatrix("eigenvalues", "the matrix", a, d, d);
    const [re, im] = [new Float64Array(d), new Float64Array(d)];
    if (d === 0) return { re, im };
    const work = a.slice();
    const [unused, stride] = [real(0), leading(1)];
    const given = [none, none, integer(d), work, leading(d), re, im, unused, stride, unused, stride];
    requireConverged(
      "eigenvalues",
      withWorkspace((space, length, info) => dgeev(...given, space, length, info)),
    );
    requireFiniteResult("eigenvalues", re);
    return { re, im };
  };
}

/**
 * Real Schur form by dgees of aᵀ = Z·T·Zᵀ. With J the reversal, a = (Z·J)·(J·Tᵀ·J)·(Z·J)ᵀ, and J·Tᵀ·J is quasi upper
 * triangular again: row by row it is the column-major T read backwards.
 * @cost O(25d³) in the library, one transpose of q
 * @accuracy ‖a − q·t·qᵀ‖ ≤ 1e-14·d^½·‖a‖, ‖qᵀq − I‖ ≤ 1e-13 for d ≤ 64 (the contract suite)
 */
export function realSchurOf({ dgees }: Routines): LinearAlgebra["realSchur"] {
  const [vectorsToo, unsorted] = [character("V"), character("N")];
  return (a, d) => {
    requireMatrix("realSchur", "the matrix", a, d, d);
    const t = a.slice();
    const z = new Float64Array(d * d);
    if (d === 0) return { t, q: z };
    const [re, im] = [new Float64Array(d), new Float64Array(d)];
    const given = [vectorsToo, unsorted, null, integer(d), t, leading(d), integer(), re, im, z, leading(d)];
    requireConverged(
      "realSchur",
      withWorkspace((space, length, info) => dgees(...given, space, length, null, info)),
    );
    requireFiniteResult("realSchur", t);
    const q = transposed(z, d, d);
    for (let i = 0; i < d; i++) q.subarray(i * d, i * d + d).reverse();
    return { t: t.reverse(), q };
  };
}
