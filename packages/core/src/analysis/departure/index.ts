import { gaussianMoments } from "../../dynamics/gaussian-moments/index.js";
import { matMul, matMulTN, matVec } from "../../foundation/linear-algebra/index.js";
import type { Gaussian } from "../../laws/contract.js";
import { dop853 } from "../../methods/dop853/index.js";
import type { Model } from "../../model/index.js";
import { adaptive, solve } from "../../solve/index.js";
import type { AnalysisPlugin } from "../contract.js";
import { riccatiSystem } from "../shared/riccati-system.js";

/** E|Σ^½A_h x|² = tr(A_hᵀΣA_hΣ) + (A_h m)ᵀΣ(A_h m) for x ~ N(m, Σ), the greatest over heads. */
export function meanTilt(model: Model, t: number, { d, mean, cov }: Pick<Gaussian, "d" | "mean" | "cov">): number {
  const product = new Float64Array(d * d);
  const middle = new Float64Array(d * d);
  const image = new Float64Array(d);
  let greatest = 0;
  for (const attention of model.attention) {
    for (const { A } of attention.riccati?.(t) ?? []) {
      matMul(cov, A, d, d, d, product);
      matMulTN(A, product, d, d, d, middle);
      let tilt = 0;
      for (let i = 0; i < d * d; i++) tilt += middle[i]! * cov[i]!;
      matVec(middle, mean, d, d, image);
      for (let i = 0; i < d; i++) tilt += mean[i]! * image[i]!;
      greatest = Math.max(greatest, tilt);
    }
  }
  return greatest;
}

/**
 * When a cloud of n tokens must leave the Gaussian closure: a softmax over n samples is a good Gaussian tilt only while
 * the effective sample size n·e^{−|Σ^½Ax|²} is large; at E|Σ^½Ax|² = log n it is one token.
 *
 * @source theory.md §2 (derived there)
 */
export const departure: AnalysisPlugin = {
  name: "departure",
  doc: "Depth at which a cloud of n tokens is predicted to leave the Gaussian closure.",
  source: "theory.md §2",
  obstacle({ model, initial }) {
    if (model.gaussianObstacle !== undefined) return model.gaussianObstacle;
    if (initial.n === undefined) return "the law has no tokens";
    return riccatiSystem(model) === undefined
      ? "the closure is not of Riccati type with constant coefficients"
      : undefined;
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
      criterion: "E|Σ^½Ax|² = log n",
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
