import { InputError } from "../../foundation/errors/index.js";
import { cholesky, identity, matMulTN, solveTriangular, transpose } from "../../foundation/linear-algebra/index.js";
import { gaussianRule } from "../../foundation/quadrature/index.js";
import { stream } from "../../foundation/random/index.js";

/** Weighted points that stand for N(0, I_d): their mean is 0 and their covariance I, to rounding. */
export interface StandardNodes {
  readonly count: number;
  readonly kind: "quadrature" | "sample";
  /** Shape [count, d]. */
  readonly points: Float64Array;
  /** Shape [count]. */
  readonly weights: Float64Array;
}

/** Up to this dimension a tensor rule beats a sample of the same size. */
const greatestTensor = 3;
/** Beyond this many nodes a rule on a line gains nothing. */
const finest = 64;

/** Antithetic normals z and −z, whitened, so that every polynomial of degree ≤ 3 in one direction is exact. */
function whitenedSample(count: number, d: number, seed: number): Float64Array {
  const half = count / 2;
  if (half < d) {
    throw new InputError({
      code: "out-of-range",
      who: "level gaussian-projection",
      rule: `points must be at least 2d = ${2 * d} for a sample to have a covariance`,
      got: String(count),
      path: ["points"],
    });
  }
  const raw = new Float64Array(half * d);
  stream({ seed, purpose: "gaussian projection" }).fillNormal(raw);
  const second = new Float64Array(d * d);
  matMulTN(raw, raw, d, half, d, second);
  for (let k = 0; k < d * d; k++) second[k]! /= half;
  const white = solveTriangular(cholesky(second, d), transpose(raw, half, d), d, half, { triangle: "lower" });
  const points = new Float64Array(count * d);
  points.set(transpose(white, d, half));
  for (let k = 0; k < half * d; k++) points[half * d + k] = -points[k]!;
  return points;
}

/**
 * About `budget` nodes for N(0, I_d): the tensor Gauss–Hermite rule in d ≤ 3, above that a whitened antithetic sample
 * with a fixed seed. Both integrate affine fields exactly.
 *
 * @param budget greatest number of nodes
 * @throws InputError out-of-range (too few points for d)
 * @cost budget·d², once
 * @accuracy mean and covariance to rounding; dynamics/shared/standard-nodes.test.ts
 * @source derived
 */
export function standardNodes(d: number, budget: number, seed: number): StandardNodes {
  if (d > greatestTensor) {
    const count = 2 * Math.floor(budget / 2);
    const points = whitenedSample(count, d, seed);
    return { count, kind: "sample", points, weights: new Float64Array(count).fill(1 / count) };
  }
  const line = Math.max(2, Math.min(finest, Math.floor(budget ** (1 / d) + 1e-9)));
  const { m, points, weights } = gaussianRule(new Float64Array(d), identity(d), d, line);
  return { count: m, kind: "quadrature", points, weights };
}
