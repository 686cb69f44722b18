import { matMul, matMulNT, type PsdSqrt, psdSqrt, svd } from "../../foundation/linear-algebra/index.js";
import type { Gaussian } from "../../laws/contract.js";

/** The roots of two covariances and the rotation U that brings Σ_1^½U nearest to Σ_0^½. */
export interface BuresFrames {
  readonly first: PsdSqrt;
  readonly second: PsdSqrt;
  /** Σ_1^½U, d×d: F_0 = Σ_0^½ and F_1 = Σ_1^½U are square roots of the covariances, FFᵀ = Σ. */
  readonly turned: Float64Array;
  /** Singular value decomposition Σ_0^½Σ_1^½ = W·diag(s)·Zᵀ, so U = ZWᵀ. */
  readonly left: Float64Array;
  readonly singular: Float64Array;
  readonly right: Float64Array;
}

/**
 * F_0 = Σ_0^½ and F_1 = Σ_1^½U with U orthogonal such that ‖F_0 − F_1‖_F is least.
 * @throws wrong-shape, not-finite, not-symmetric, not-positive-semidefinite
 * @cost O(d³), two symmetric eigenproblems and one SVD
 * @source derived (orthogonal Procrustes problem); theory.md §2.1
 */
export function buresFrames(a: Gaussian, b: Gaussian): BuresFrames {
  const { d } = a;
  const first = psdSqrt(a.cov, d);
  const second = psdSqrt(b.cov, d);
  const product = new Float64Array(d * d);
  matMul(first.sqrt, second.sqrt, d, d, d, product);
  const { u, s, v } = svd(product, d, d);
  const polar = new Float64Array(d * d);
  matMulNT(v, u, d, d, d, polar);
  const turned = new Float64Array(d * d);
  matMul(second.sqrt, polar, d, d, d, turned);
  return { first, second, turned, left: u, singular: s, right: v };
}

/**
 * BW²(a, b) = |m_0 − m_1|² + ‖Σ_0^½ − Σ_1^½U‖_F²: the squared 2-Wasserstein distance of two Gaussians, without
 * cancellation.
 * @throws wrong-shape, not-finite, not-symmetric, not-positive-semidefinite
 * @cost O(d³)
 * @accuracy as bures-wasserstein (bures-wasserstein/index.test.ts)
 * @source theory.md §2.1; the form: derived
 */
export function squaredBures(a: Gaussian, b: Gaussian): number {
  const { d } = a;
  const { first, turned } = buresFrames(a, b);
  let sum = 0;
  for (let i = 0; i < d; i++) sum += (a.mean[i]! - b.mean[i]!) ** 2;
  for (let i = 0; i < d * d; i++) sum += (first.sqrt[i]! - turned[i]!) ** 2;
  return sum;
}
