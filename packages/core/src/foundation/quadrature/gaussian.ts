import { InputError } from "../errors/index.js";
import { psdSqrt } from "../linear-algebra/index.js";
import { firstNonFinite, type WeightedPoints } from "../shapes/index.js";
import { requireCount } from "./check.js";
import { gaussHermite } from "./gauss.js";

/** The largest number of points a tensor rule may have. */
const largestTensor = 1e7;

function requireMean(who: string, mean: Float64Array, d: number): void {
  const bad = firstNonFinite(mean);
  if (mean.length === d && bad < 0) return;
  throw new InputError({
    code: bad < 0 ? "wrong-shape" : "not-finite",
    who,
    rule: `the mean must hold ${d} finite numbers`,
    got: bad < 0 ? `${mean.length} numbers` : `${mean[bad]} at index ${bad}`,
    fix: "Pass the mean in the dimension of the covariance",
  });
}

/**
 * The tensor Gauss–Hermite rule of N(m, Σ): points m + Σ_k √λ_k·t_{i_k}·v_k over the eigenvectors v_k of Σ with
 * λ_k > 0; exact for polynomials of degree ≤ 2n − 1 in each eigendirection. Directions without variance get one point,
 * so a Σ of rank r has n^r points (one when Σ = 0).
 * @param mean m, d
 * @param cov Σ, d×d, symmetric positive semidefinite (as psdSqrt), singular allowed
 * @param d dimension, an integer ≥ 1 (1)
 * @param n nodes per direction (1)
 * @throws out-of-range (n^r > 10⁷ too), wrong-shape, not-finite, not-symmetric, not-positive-semidefinite
 * @cost O(n^r·d·r) time, O(n^r·d) memory
 * @accuracy moments of order ≤ 2n − 1 to 1e-13 relative (index.test.ts)
 * @source derived
 */
export function gaussianRule(mean: Float64Array, cov: Float64Array, d: number, n: number): WeightedPoints {
  const who = "gaussianRule";
  requireCount(who, "the dimension", d, 1, 1e4);
  requireMean(who, mean, d);
  const { nodes, weights: line } = gaussHermite(n);
  const { rank, values, vectors } = psdSqrt(cov, d);
  const m = n ** rank;
  if (m > largestTensor) {
    throw new InputError({
      code: "out-of-range",
      who,
      rule: `n^rank must be at most ${largestTensor} points`,
      got: `${n}^${rank}`,
      fix: "Take fewer nodes per direction, or random samples in high dimension",
    });
  }
  const points = new Float64Array(m * d);
  const weights = new Float64Array(m);
  for (let i = 0; i < m; i++) {
    let weight = 1;
    for (let a = 0; a < d; a++) points[i * d + a] = mean[a]!;
    for (let k = 0, rest = i; k < rank; k++, rest = Math.floor(rest / n)) {
      const column = d - 1 - k;
      const length = Math.sqrt(values[column]!) * nodes[rest % n]!;
      weight *= line[rest % n]!;
      for (let a = 0; a < d; a++) points[i * d + a]! += length * vectors[a * d + column]!;
    }
    weights[i] = weight;
  }
  return { m, d, points, weights };
}
