import { frobeniusNorm, matMul, matVec, symmetricRankUpdate } from "../../foundation/linear-algebra/index.js";
import type { Model } from "../../model/index.js";
import type { Problem } from "../../solve/index.js";
import type { CovarianceFlow } from "../shared/covariance-flow.js";
import { type MomentFlow, type Moments, momentFlow } from "../shared/moment-flow.js";
import { factorOf } from "./moving-range.js";

/** The moments' flow with the coefficients of one depth, on a factor of Σ = LLᵀ: L̇ = B(m, LLᵀ)L keeps the rank. */
export interface FrozenFlow {
  readonly d: number;
  /** Rank of Σ. */
  readonly r: number;
  /** State: L [d, r], then m [d] where the covariance depends on it. */
  readonly problem: Problem;
  /** Numbers of the state that are L. */
  readonly size: number;
  /** B at the mean that the state carries (the start's, where it carries none). */
  covarianceFlow(y: Float64Array): CovarianceFlow;
  /** |B| at the start and at Σ = 0: the natural rate. */
  readonly rate: number;
  readonly start: Moments;
  readonly moments: MomentFlow;
  /** Heads of all attentions together. */
  readonly heads: number;
}

/** |B|_F at the start and at Σ → 0, the greater. */
function naturalRate(field: MomentFlow["field"], { mean, cov }: Moments): number {
  const here = frobeniusNorm(field(mean, cov).B);
  return Math.max(
    here,
    frobeniusNorm(
      field(
        mean,
        cov.map((value) => 1e-12 * value),
      ).B,
    ),
  );
}

/** The flow of a model from some moments, its coefficients frozen at depth t. Times count from 0. */
export function frozenFlow(model: Model, t: number, start: Moments): FrozenFlow {
  const { d } = model;
  const moments = momentFlow(model, t, start);
  const { field, carried, derivativeAt } = moments;
  const { factor, r } = factorOf(start.cov, d);
  const size = d * r;
  const y0 = new Float64Array(size + (carried ? d : 0));
  y0.set(factor);
  if (carried) y0.set(start.mean, size);
  const cov = new Float64Array(d * d);
  const product = new Float64Array(size);
  const meanRate = new Float64Array(d);
  const views = new WeakMap<Float64Array, { readonly factor: Float64Array; readonly mean: Float64Array }>();
  const parts = (y: Float64Array) => {
    let found = views.get(y);
    if (found === undefined) {
      found = { factor: y.subarray(0, size), mean: carried ? y.subarray(size) : start.mean };
      views.set(y, found);
    }
    return found;
  };
  return {
    d,
    r,
    size,
    start,
    moments,
    heads: model.attention.reduce((sum, one) => sum + one.heads, 0),
    rate: naturalRate(field, start),
    covarianceFlow: (y) => {
      const mean = parts(y).mean.slice();
      const generator = (at: Float64Array, out: Float64Array) => out.set(field(mean, at).B);
      return { generator, ...(derivativeAt && { derivativeAt }) };
    },
    problem: {
      y0,
      layout: { factor: { offset: 0, shape: [d, r] } },
      drift(_t, y, out) {
        const { factor: L, mean } = parts(y);
        symmetricRankUpdate(L, d, r, 1, 0, cov);
        const { B, c } = field(mean, cov);
        matMul(B, L, d, d, r, product);
        out.set(product);
        if (!carried) return;
        matVec(B, mean, d, d, meanRate);
        for (let a = 0; a < d; a++) out[size + a] = meanRate[a]! + c[a]!;
      },
    },
  };
}
