import { z } from "zod";
import { frobeniusNorm, matVec } from "../../foundation/linear-algebra/index.js";
import type { Gaussian } from "../../laws/contract.js";
import type { Model } from "../../model/index.js";
import type { Problem } from "../../solve/index.js";
import type { LevelPlugin } from "../contract.js";
import { blowUpEvent } from "./blow-up.js";

/** ṁ = Bm + c, Σ̇ = BΣ + ΣBᵀ. State: m [d], then Σ [d, d], kept exactly symmetric. */
function momentProblem(model: Model, start: Gaussian): Problem {
  const { d } = start;
  const { matMul } = model.linearAlgebra;
  const affine = () => ({ B: new Float64Array(d * d), c: new Float64Array(d) });
  const [field, scratch] = [affine(), affine()];
  const product = new Float64Array(d * d);
  const meanRate = new Float64Array(d);
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
    breakpoints: model.breakpoints,
    drift(t, y, out) {
      const { mean, cov } = parts(y);
      model.gaussianField(mean, cov, t, field, scratch);
      matVec(field.B, mean, d, d, meanRate);
      for (let a = 0; a < d; a++) out[a] = meanRate[a]! + field.c[a]!;
      matMul(field.B, cov, d, d, d, product);
      for (let a = 0; a < d; a++) {
        for (let b = 0; b <= a; b++) {
          const rate = product[a * d + b]! + product[b * d + a]!;
          out[d + a * d + b] = rate;
          out[d + b * d + a] = rate;
        }
      }
    },
  };
}

/** 2|W|_F, the greatest over the pieces of all schedules: what B is when Σ = 0. */
function linearRate(model: Model, { d, mean }: Gaussian, start: number): number {
  const field = { B: new Float64Array(d * d), c: new Float64Array(d) };
  const scratch = { B: new Float64Array(d * d), c: new Float64Array(d) };
  const zero = new Float64Array(d * d);
  const rates = [start, ...model.breakpoints].map((t) => {
    model.gaussianField(mean, zero, t, field, scratch);
    return 2 * frobeniusNorm(field.B);
  });
  return Math.max(...rates);
}

/**
 * The exact Gaussian closure: with Γ(x) + f(x) = Bx + c on N(m, Σ), ṁ = Bm + c and Σ̇ = BΣ + ΣBᵀ.
 * Stops with the event `blow-up` when Σ escapes in finite time.
 *
 * @cost (heads + 1)·2d³ multiply-adds for each evaluation of the drift
 * @accuracy the solver's tolerance; test/gaussian.test.ts against the closed forms
 * @source arXiv 2606.07600 and 2501.18322, theory.md §2
 */
export const gaussianMoments: LevelPlugin<Record<string, never>> = {
  name: "gaussian-moments",
  doc: "Mean and covariance of the mean-field law of Gaussian tokens: a matrix Riccati equation.",
  source: "arXiv 2606.07600, theory.md §2",
  params: z.strictObject({}),
  obstacle: (model) => model.gaussianObstacle,
  bind(_params, { model, initial, span }) {
    const start = initial.moments();
    const { d } = start;
    const problem = momentProblem(model, start);
    return {
      name: "gaussian-moments",
      problem,
      kind: "gaussian",
      law: (y): Gaussian => ({ kind: "gaussian", d, mean: y.subarray(0, d), cov: y.subarray(d, d + d * d) }),
      events: [blowUpEvent(problem, { offset: d, d }, span, linearRate(model, start, span[0]))],
      confirmStops: true,
    };
  },
};
