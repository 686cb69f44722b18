import { z } from "zod";
import { frobeniusNorm } from "../../foundation/linear-algebra/index.js";
import type { Gaussian } from "../../laws/contract.js";
import type { Model } from "../../model/index.js";
import type { LevelPlugin } from "../contract.js";
import { blowUpEvent } from "../shared/blow-up.js";
import { closureRates } from "../shared/closure-rates.js";
import { momentLevel } from "../shared/moment-level.js";
import { rankMonitors } from "../shared/rank-monitor.js";
import { rememberDrift } from "../shared/remembered-drift.js";

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
 * The exact Gaussian closure: with Γ(x) + f(x) = Bx + c on N(m, Σ), ṁ = Bm + c and Σ̇ = BΣ + ΣBᵀ + σ²I.
 * Stops with the event `blow-up` when Σ escapes in finite time.
 *
 * @cost the closure of the attention, (heads + 1)·2d³ multiply-adds for softmax, for each evaluation of the drift
 * @accuracy the solver's tolerance; test/gaussian.test.ts against the closed forms
 * @source arXiv 2606.07600 and 2501.18322, theory.md §2
 */
export const gaussianMoments: LevelPlugin<Record<string, never>> = {
  name: "gaussian-moments",
  doc: "Mean and covariance of the mean-field law of Gaussian tokens, exactly: a matrix Riccati equation for softmax.",
  source: "arXiv 2606.07600, theory.md §2",
  params: z.strictObject({}),
  noise: ["independent"],
  obstacle: (model) => model.gaussianObstacle,
  bind(_params, { model, initial, span }) {
    const start = initial.moments();
    const { d } = start;
    const level = momentLevel("gaussian-moments", start, model, closureRates(model));
    const watched = rememberDrift(level.problem);
    return {
      ...level,
      problem: watched.problem,
      events: [blowUpEvent(watched, { offset: d, d }, span, linearRate(model, start, span[0]), model.noise.sigma)],
      confirmStops: true,
      monitors: rankMonitors(model, start, "continuous"),
    };
  },
};
