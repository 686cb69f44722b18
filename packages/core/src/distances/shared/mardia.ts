import { momentsOf } from "../../foundation/law/index.js";
import { psdSqrt, trace } from "../../foundation/linear-algebra/index.js";
import type { Law, PointCloud } from "../../laws/contract.js";

/** Directions whose variance is at most this part of the largest count as flat: rounding would be blown up to noise. */
const rankTolerance = 1e-12;
/** Spread of a cloud, relative to its mean, that the rounding of equal points makes. */
const rounding = 1e-15;

interface Whitened {
  /** Dimension of the affine hull, up to the tolerance. */
  readonly rank: number;
  /** Shape [m, rank]: z_i, with mean 0 and covariance I. */
  readonly rows: Float64Array;
}

/** The points of a cloud in coordinates with mean 0 and covariance I. @cost m·d² + 9d³ */
export function whiten(cloud: PointCloud): Whitened {
  const { m, d, points } = cloud;
  const { mean, cov } = momentsOf(cloud);
  const square = mean.reduce((sum, value) => sum + value * value, 0);
  if (trace(cov, d) <= rounding * rounding * d * square) return { rank: 0, rows: new Float64Array(0) };
  const { rank, values, vectors } = psdSqrt(cov, d, { rankTolerance });
  const rows = new Float64Array(m * rank);
  for (let k = 0; k < rank; k++) {
    const column = d - rank + k;
    const scale = 1 / Math.sqrt(values[column]!);
    for (let i = 0; i < m; i++) {
      let along = 0;
      for (let a = 0; a < d; a++) along += vectors[a * d + column]! * (points[i * d + a]! - mean[a]!);
      rows[i * rank + k] = scale * along;
    }
  }
  return { rank, rows };
}

/** Σ_ij w_i w_j (z_i·z_j)³ over pairs. @cost m²·r/2 */
export function skewnessByPairs({ m, weights }: PointCloud, { rank, rows }: Whitened): number {
  let sum = 0;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j <= i; j++) {
      let product = 0;
      for (let k = 0; k < rank; k++) product += rows[i * rank + k]! * rows[j * rank + k]!;
      sum += (i === j ? 1 : 2) * weights[i]! * weights[j]! * product ** 3;
    }
  }
  return sum;
}

/** The same as Σ_abc (E z_a z_b z_c)², each a ≤ b ≤ c by how often it comes up. @cost m·r³/6 */
export function skewnessByMoments({ m, weights }: PointCloud, { rank, rows }: Whitened): number {
  let sum = 0;
  for (let a = 0; a < rank; a++) {
    for (let b = a; b < rank; b++) {
      for (let c = b; c < rank; c++) {
        let moment = 0;
        for (let i = 0; i < m; i++) {
          moment += weights[i]! * rows[i * rank + a]! * rows[i * rank + b]! * rows[i * rank + c]!;
        }
        const times = a === b && b === c ? 1 : a === b || b === c ? 3 : 6;
        sum += times * moment * moment;
      }
    }
  }
  return sum;
}

const rankOf = (cov: Float64Array, d: number): number => psdSqrt(cov, d, { rankTolerance }).rank;

/**
 * Mardia's skewness b = E((X − m)ᵀΣ⁺(X' − m))³ for independent X, X' of a law, Σ⁺ the pseudo-inverse: 0 for a Gaussian;
 * for n Gaussian points of rank r, n·b/6 is nearly χ² with r(r+1)(r+2)/6 degrees of freedom, and
 * E b = r(r+2)((n+1)(r+1) − 6)/((n+1)(n+3)). Invariant under affine maps. A law without spread has 0.
 * @throws not-finite, not-symmetric, not-positive-semidefinite
 * @cost m·d² + 9d³, then m·r·min(m/2, r²/6)
 * @accuracy 1e-12 relative, times the condition of Σ on its range (mardia.test.ts)
 * @source theory.md §2.2 (Mardia's statistics); derived
 */
export function mardiaSkewness(law: Law): number {
  if (law.kind === "gaussian") return 0;
  const whitened = whiten(law);
  return whitened.rank ** 2 < 3 * law.m ? skewnessByMoments(law, whitened) : skewnessByPairs(law, whitened);
}

/**
 * Mardia's kurtosis E((X − m)ᵀΣ⁺(X − m))²: r(r + 2) for a Gaussian of rank r; for n Gaussian points its mean is
 * r(r+2)(n−1)/(n+1) and its variance nearly 8r(r+2)/n. Invariant under affine maps. A law without spread has 0.
 * @throws not-finite, not-symmetric, not-positive-semidefinite
 * @cost m·d² + 9d³
 * @accuracy as mardiaSkewness
 * @source theory.md §2.2 (Mardia's statistics); derived
 */
export function mardiaKurtosis(law: Law): number {
  if (law.kind === "gaussian") {
    const rank = rankOf(law.cov, law.d);
    return rank * (rank + 2);
  }
  const { rank, rows } = whiten(law);
  let sum = 0;
  for (let i = 0; i < law.m; i++) {
    let square = 0;
    for (let k = 0; k < rank; k++) square += rows[i * rank + k]! ** 2;
    sum += law.weights[i]! * square * square;
  }
  return sum;
}
