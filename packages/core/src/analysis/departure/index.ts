import { gaussianMoments } from "../../dynamics/gaussian-moments/index.js";
import type { Gaussian } from "../../laws/contract.js";
import { dop853 } from "../../methods/dop853/index.js";
import type { Model } from "../../model/index.js";
import { adaptive, solve } from "../../solve/index.js";
import type { AnalysisPlugin } from "../contract.js";
import { headTilts } from "../shared/gaussian-tilt.js";

/** E log(E w²/(E w)²) of the attention weights of N(m, Σ), the greatest over heads; E|Σ^½A_h x|² for softmax. */
export function meanTilt(model: Model, t: number, moments: Pick<Gaussian, "d" | "mean" | "cov">): number {
  return headTilts(model, t, moments).reduce((most, head) => Math.max(most, head?.tilt ?? 0), 0);
}

/** How the criterion is written: the short form where every tilt is that of a softmax. */
function criterionOf(model: Model, { mean, cov }: Gaussian, t: number): string {
  const scores = model.attention.flatMap((one) => one.gaussianScores?.(mean, cov, t) ?? []);
  return scores.every(({ M }) => M === undefined) ? "E|Σ^½Ax|² = log n" : "E log(E w²/(E w)²) = log n";
}

/**
 * When a cloud of n tokens must leave the Gaussian closure: the weights w of n samples stand for those of the law only
 * while the effective sample size n·(E w)²/E w² is large, n·e^{−|Σ^½Ax|²} for softmax; at tilt = log n it is one token.
 *
 * @source theory.md §2 (derived there for softmax, here for every exponential weight)
 */
export const departure: AnalysisPlugin = {
  name: "departure",
  doc: "Depth at which a cloud of n tokens is predicted to leave the Gaussian closure.",
  source: "theory.md §2",
  obstacle({ model, initial }) {
    if (model.gaussianObstacle !== undefined) return model.gaussianObstacle;
    if (initial.n === undefined) return "the law has no tokens";
    return model.attention.some((one) => one.gaussianScores !== undefined)
      ? undefined
      : "no head has exponential weights";
  },
  analyze({ model, initial, span, cancel }) {
    const level = gaussianMoments.bind({}, { model, initial, span });
    const { d } = initial;
    const n = initial.n!;
    const tiltAt = (t: number, y: Float64Array) =>
      meanTilt(model, t, { d, mean: y.subarray(0, d), cov: y.subarray(d) });
    const exhausted = {
      name: "departure",
      direction: "up" as const,
      terminal: true,
      g: (t: number, y: Float64Array) => tiltAt(t, y) / Math.log(n) - 1,
    };
    const start = tiltAt(span[0], level.problem.y0);
    const common = {
      n,
      tiltAtStart: start,
      effectiveSampleSizeAtStart: n * Math.exp(-start),
      criterion: criterionOf(model, initial.moments(), span[0]),
    };
    if (start >= Math.log(n)) return { verdict: "departed at the start", predicted: span[0], ...common };
    const { outcome } = solve(level.problem, dop853.bind({}), {
      span,
      steps: adaptive({ rtol: 1e-9, atol: 1e-11 }),
      events: [exhausted, ...level.events],
      ...(cancel ? { cancel } : {}),
    });
    if (outcome.status === "stopped" && outcome.event === "departure")
      return { verdict: "departs", predicted: outcome.t, ...common };
    if (outcome.status === "completed") return { verdict: "stays inside the span", ...common };
    const reason =
      outcome.status === "failed" ? outcome.message : `the moments stopped at t = ${outcome.t}: ${outcome.event}`;
    return { verdict: "undecided", reason, ...common };
  },
};
