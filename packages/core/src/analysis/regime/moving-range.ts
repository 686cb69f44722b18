import { frobeniusNorm, identity, matMul, psdSqrt, svd } from "../../foundation/linear-algebra/index.js";
import { beside, columns, congruence, times, transposedTimes } from "../shared/matrix-forms.js";
import type { ScalarValueSystem } from "../shared/riccati-system.js";

/** Eigenvalues of Σ_0 at or below this times d times the largest are rounding, not spread. */
const rankTolerance = 1e-14;
/** A direction that W adds to the range counts when it is longer than this part of |W|. */
const reachTolerance = 1e-11;

/** The covariance flow on the smallest W-invariant subspace that holds the range of Σ_0: Σ never leaves it. */
export interface MovingRange {
  /** Dimension of the subspace. */
  readonly k: number;
  /** Rank of Σ_0, which the flow keeps. */
  readonly r: number;
  /** Q and W on the subspace, k×k. */
  readonly system: ScalarValueSystem;
  /** Σ_0 = (basis·factor)(basis·factor)ᵀ; k×r. */
  readonly factor: Float64Array;
  /** Orthonormal columns, d×k. */
  readonly basis: Float64Array;
}

/** Σ = LLᵀ by the eigenvalues above the tolerance; L d×r. */
export function factorOf(cov: Float64Array, d: number): { readonly factor: Float64Array; readonly r: number } {
  const { rank, values, vectors } = psdSqrt(cov, d, { rankTolerance: rankTolerance * d });
  const factor = columns(vectors, d, d, d - rank, d);
  return { r: rank, factor: factor.map((value, k) => value * Math.sqrt(values[d - rank + (k % rank)]!)) };
}

/** Orthonormal basis of the smallest subspace that holds the range of L and that W maps into itself. */
function invariantHull(W: Float64Array, factor: Float64Array, d: number, r: number) {
  const size = frobeniusNorm(W);
  let basis = svd(factor, d, r).u;
  let [k, added, addedCount] = [r, basis, r];
  while (size > 0 && addedCount > 0 && k < d) {
    let moved = times(W, added, d, d, addedCount);
    // Twice: the second pass takes away what rounding of the first has left.
    for (let pass = 0; pass < 2; pass++) {
      const inside = new Float64Array(d * addedCount);
      matMul(basis, transposedTimes(basis, moved, k, d, addedCount), d, k, addedCount, inside);
      moved = moved.map((value, i) => value - inside[i]!);
    }
    const { u, s } = svd(moved, d, addedCount);
    const fresh = Math.min(s.filter((value) => value > reachTolerance * size).length, d - k);
    added = columns(u, d, Math.min(d, addedCount), 0, fresh);
    basis = beside(basis, added, d, k, fresh);
    [k, addedCount] = [k + fresh, fresh];
  }
  return { basis, k };
}

/** @cost O(d³) */
export function movingRange(system: ScalarValueSystem, cov: Float64Array): MovingRange {
  const { d, Q, W } = system;
  const { factor, r } = factorOf(cov, d);
  if (r === 0)
    return { k: 0, r: 0, system: { d: 0, Q: new Float64Array(), W: new Float64Array() }, factor, basis: factor };
  const { basis, k } = r === d ? { basis: identity(d), k: d } : invariantHull(W, factor, d, r);
  if (k === d) return { k, r, system, factor, basis: identity(d) };
  const inside = {
    d: k,
    Q: congruence(Q, basis, d, k),
    W: transposedTimes(basis, times(W, basis, d, d, k), k, d, k),
  };
  return { k, r, system: inside, factor: transposedTimes(basis, factor, k, d, r), basis };
}
