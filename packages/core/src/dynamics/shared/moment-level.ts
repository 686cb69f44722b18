import { addTranspose } from "../../foundation/linear-algebra/index.js";
import type { Gaussian } from "../../laws/contract.js";
import type { Model } from "../../model/index.js";
import type { Problem } from "../../solve/index.js";
import type { BoundLevel } from "../contract.js";

/** How the moments of a law move: ṁ, and Ξ with Σ̇ = Ξ + Ξᵀ. Both are overwritten. */
export interface MomentRates {
  /** Shape [d]. */
  readonly mean: Float64Array;
  /** Ξ = E[F(x)(x − m)ᵀ] for the velocity F of the tokens. Shape [d, d]. */
  readonly cross: Float64Array;
}

/** Fills the rates at N(mean, cov); NaN where a trial state is no covariance. */
export type RatesAt = (t: number, mean: Float64Array, cov: Float64Array, out: MomentRates) => void;

/** What of a model its moments' problem needs beside the rates. */
type Composed = Pick<Model, "breakpoints" | "linearAlgebra" | "noise">;

function momentProblem(start: Gaussian, { breakpoints, linearAlgebra, noise }: Composed, ratesAt: RatesAt): Problem {
  const { d } = start;
  const rates = { mean: new Float64Array(d), cross: new Float64Array(d * d) };
  const y0 = new Float64Array(d + d * d);
  y0.set(start.mean);
  y0.set(start.cov, d);
  const cache = new WeakMap<Float64Array, { mean: Float64Array; cov: Float64Array }>();
  const parts = (y: Float64Array) => {
    let views = cache.get(y);
    if (views === undefined) {
      views = { mean: y.subarray(0, d), cov: y.subarray(d) };
      cache.set(y, views);
    }
    return views;
  };
  return {
    y0,
    layout: { mean: { offset: 0, shape: [d] }, cov: { offset: d, shape: [d, d] } },
    breakpoints,
    combine: linearAlgebra.combine,
    drift(t, y, out) {
      const { mean, cov } = parts(y);
      ratesAt(t, mean, cov, rates);
      const spread = 0.5 * noise.sigma(t) ** 2;
      for (let a = 0; a < d; a++) rates.cross[a * d + a]! += spread;
      const velocity = parts(out);
      velocity.mean.set(rates.mean);
      addTranspose(rates.cross, d, velocity.cov);
    },
  };
}

/** A level whose state is m [d], then Σ [d, d], kept exactly symmetric: Σ̇ = Ξ + Ξᵀ + σ²I, σ the noise of the model. */
export function momentLevel(
  name: string,
  start: Gaussian,
  model: Composed,
  ratesAt: RatesAt,
): Omit<BoundLevel, "events" | "confirmStops"> {
  const { d } = start;
  return {
    name,
    problem: momentProblem(start, model, ratesAt),
    kind: "gaussian",
    law: (y): Gaussian => ({ kind: "gaussian", d, mean: y.subarray(0, d), cov: y.subarray(d, d + d * d) }),
  };
}
