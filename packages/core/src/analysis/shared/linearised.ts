import { eigenvalues, svd } from "../../foundation/linear-algebra/index.js";
import type { CovarianceFlow } from "./covariance-flow.js";
import { times, transposedTimes } from "./matrix-forms.js";
import type { MomentFlow } from "./moment-flow.js";
import {
  acrossRate,
  chartJacobian,
  chartRate,
  chartSize,
  movedPoint,
  type StratumPoint,
  stratumPointOf,
} from "./rank-stratum.js";

/** Largest dimension of the stratum whose dense spectrum is still computed. */
const largest = 400;

export interface LinearisedSpectrum {
  /** Of H ↦ D(BΣ + ΣBᵀ)[H] on the tangent space {YΣ* + Σ*Yᵀ} of the rank stratum. */
  readonly re: Float64Array;
  readonly im: Float64Array;
  /** Greatest real part of λ_i + λ_j, λ of B across the range: how spread outside the limit's range dies. −∞: none. */
  readonly across: number;
  readonly rank: number;
}

/** The flow of the covariance alone, as one of moments whose mean stays. */
function withoutMean({ generator, derivativeAt }: CovarianceFlow, d: number): MomentFlow {
  const out = { B: new Float64Array(d * d), c: new Float64Array(d) };
  const field = (_mean: Float64Array, cov: Float64Array) => {
    generator(cov, out.B);
    return out;
  };
  return { d, field, carried: false, ...(derivativeAt && { derivativeAt }) };
}

/** Singular values of the operator below this part of the largest belong to a continuum of equilibria. */
const neutral = 1e-7;

/** One Newton step for BΣ + ΣBᵀ = 0 in the chart of a point, of least length along a continuum of equilibria. */
export function newtonOnStratum(flow: CovarianceFlow, at: StratumPoint): StratumPoint | undefined {
  const size = chartSize(at);
  if (size > largest) return undefined;
  const moments = withoutMean(flow, at.d);
  const { u, s, v } = svd(chartJacobian(moments, at), size, size);
  const inner = transposedTimes(u, chartRate(moments, at), size, size, 1);
  const weights = inner.map((value, k) => (s[k]! > neutral * s[0]! ? -value / s[k]! : 0));
  return movedPoint(at, times(v, weights, size, size, 1));
}

/**
 * Spectrum of the linearised covariance flow at an equilibrium Σ*, on its rank stratum: r(r+1)/2 + r(d−r) eigenvalues.
 * Undefined when the stratum has more than 400 dimensions.
 *
 * @param rank of Σ*: eigenvalues of Σ* below its `rank` largest are taken for zero
 * @cost two evaluations of B per dimension of the stratum, and one eigenproblem of that size
 * @accuracy 1e-8 relative (linearised.test.ts: −(λ_i + λ_j) of W for V = vI, and the analytic operator for general V)
 * @source theory.md §2 (H ↦ X + Xᵀ, X = VHAΣ* + VΣ*AH + WH); differences derived
 */
export function linearisedSpectrum(
  flow: CovarianceFlow,
  cov: Float64Array,
  d: number,
  rank: number,
): LinearisedSpectrum | undefined {
  const at = stratumPointOf(cov, d, rank);
  const size = chartSize(at);
  if (size > largest) return undefined;
  const moments = withoutMean(flow, d);
  const spectrum =
    size === 0 ? { re: new Float64Array(0), im: new Float64Array(0) } : eigenvalues(chartJacobian(moments, at), size);
  return { ...spectrum, across: acrossRate(moments, at), rank };
}
