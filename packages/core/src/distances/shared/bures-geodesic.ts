import { InputError } from "../../foundation/errors/index.js";
import { matMul, maxAbs, symmetricRankUpdate } from "../../foundation/linear-algebra/index.js";
import type { Gaussian } from "../../laws/contract.js";
import { type BuresFrames, buresFrames } from "./bures.js";

/** Singular values of Σ_0^½Σ_1^½ below this part of ‖Σ_0^½‖‖Σ_1^½‖ count as zero. */
const tolerance = 1e-12;

/** The geodesic of two Gaussians in the 2-Wasserstein distance. */
export interface BuresGeodesic {
  /** BW(a, b). */
  readonly length: number;
  /** Whether there is only one; else this is one of them: the ranges have directions with no preferred partner. */
  readonly unique: boolean;
  /** The Gaussian at t in [0, 1]; a at 0, b at 1. @throws out-of-range @cost O(d³) */
  at(t: number): Gaussian;
}

function requireSameDimension(who: string, a: Gaussian, b: Gaussian): void {
  if (a.d === b.d) return;
  throw new InputError({
    code: "wrong-shape",
    who,
    rule: "both Gaussians must have the same dimension",
    got: `d = ${a.d} and d = ${b.d}`,
    fix: "Compare levels of one model",
  });
}

function coupledRank({ singular, first, second }: BuresFrames): number {
  const scale = Math.sqrt(maxAbs(first.values) * maxAbs(second.values));
  return singular.filter((value) => value > tolerance * scale).length;
}

const between = (x: Float64Array, y: Float64Array, t: number): Float64Array =>
  x.map((value, k) => (1 - t) * value + t * y[k]!);

/**
 * The Bures–Wasserstein geodesic N(m_t, F_tF_tᵀ), m_t = (1−t)m_0 + t·m_1, F_t = (1−t)Σ_0^½ + tΣ_1^½U with the rotation
 * U that fits best: BW(at(s), at(t)) = |t − s|·BW(a, b). It exists for covariances of any ranks, also where no optimal
 * map does.
 * @throws wrong-shape, not-finite, not-symmetric, not-positive-semidefinite
 * @cost O(d³)
 * @accuracy distances along it to 1e-12 at full rank, 1e-7 for singular covariances (bures-geodesic.test.ts)
 * @source theory.md §2.1; any ranks: derived (displacement interpolation of the coupling (Σ_0^½Z, Σ_1^½UZ))
 */
export function buresGeodesic(a: Gaussian, b: Gaussian): BuresGeodesic {
  requireSameDimension("bures geodesic", a, b);
  const { d } = a;
  const frames = buresFrames(a, b);
  let square = 0;
  for (let k = 0; k < d; k++) square += (a.mean[k]! - b.mean[k]!) ** 2;
  for (let k = 0; k < d * d; k++) square += (frames.first.sqrt[k]! - frames.turned[k]!) ** 2;
  return {
    length: Math.sqrt(square),
    unique: coupledRank(frames) === Math.min(frames.first.rank, frames.second.rank),
    at: (t) => {
      if (!(t >= 0 && t <= 1)) {
        throw new InputError({
          code: "out-of-range",
          who: "bures geodesic",
          rule: "t must lie in [0, 1]",
          got: String(t),
          fix: "Divide the depth by the horizon",
        });
      }
      const factor = between(frames.first.sqrt, frames.turned, t);
      const cov = new Float64Array(d * d);
      symmetricRankUpdate(factor, d, d, 1, 0, cov);
      return { kind: "gaussian", d, mean: between(a.mean, b.mean, t), cov };
    },
  };
}

/**
 * The linear part T of the optimal map x ↦ m_1 + T(x − m_0) between two Gaussians, TΣ_0Tᵀ = Σ_1; at full rank
 * T = Σ_0^{−½}(Σ_0^½Σ_1Σ_0^½)^½Σ_0^{−½}. Zero on the kernel of Σ_0.
 * @returns shape [d, d]
 * @throws incompatible (no map, or no single one: Σ_0^½Σ_1^½ has a smaller rank than Σ_1), wrong-shape, not-finite,
 *   not-symmetric, not-positive-semidefinite
 * @cost O(d³)
 * @accuracy TΣ_0Tᵀ = Σ_1 to 1e-12 relative, times the condition of Σ_0 on its range (bures-geodesic.test.ts)
 * @source theory.md §2.1; any ranks: derived
 */
export function optimalMap(a: Gaussian, b: Gaussian): Float64Array {
  requireSameDimension("optimal map", a, b);
  const { d } = a;
  const frames = buresFrames(a, b);
  const { first, second, left, right } = frames;
  const rank = coupledRank(frames);
  if (rank !== second.rank) {
    throw new InputError({
      code: "incompatible",
      who: "optimal map",
      rule: "the range of the first covariance must reach all of the second's",
      got: `ranks ${first.rank} and ${second.rank}, of which ${rank} are coupled`,
      fix: "Take buresGeodesic, which needs no map, or swap the laws",
      details: { first: first.rank, second: second.rank, coupled: rank },
    });
  }
  const rotation = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      for (let k = 0; k < rank; k++) rotation[i * d + j]! += right[i * d + k]! * left[j * d + k]!;
    }
  }
  const half = new Float64Array(d * d);
  const out = new Float64Array(d * d);
  matMul(second.sqrt, rotation, d, d, d, half);
  matMul(half, first.inverseSqrt, d, d, d, out);
  return out;
}
