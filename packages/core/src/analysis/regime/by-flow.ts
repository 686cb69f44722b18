import { gaussianMoments } from "../../dynamics/gaussian-moments/index.js";
import { frobeniusNorm } from "../../foundation/linear-algebra/index.js";
import { toNested } from "../../foundation/shapes/index.js";
import { dop853 } from "../../methods/dop853/index.js";
import { adaptive, confirmStop, type SolveOptions, solve } from "../../solve/index.js";
import type { AnalysisContext, Json } from "../contract.js";

/** How many spans ahead the flow is followed before the search is given up. */
const reach = 10;
/** |Σ̇|/|Σ|, per span, below which a state counts as at rest. */
const atRest = 1e-8;

/**
 * Regime of Σ by following its flow: for general V, schedules and closures that are not of Riccati type. Blow-up by the
 * event of the moments level, confirmed at a second tolerance.
 */
export function regimeByFlow(context: AnalysisContext): { readonly [key: string]: Json } {
  const { model, initial, span } = context;
  const length = span[1] - span[0];
  const horizon: readonly [number, number] = [span[0], span[0] + reach * length];
  const level = gaussianMoments.bind({}, { model, initial, span: horizon });
  const method = dop853.bind({});
  const options: SolveOptions = {
    span: horizon,
    steps: adaptive({ rtol: 1e-10, atol: 1e-12, maxSteps: 20_000 }),
    events: level.events,
    ...(context.cancel ? { cancel: context.cancel } : {}),
  };
  const { outcome: first, yEnd, stats } = solve(level.problem, method, options);
  const { d } = initial;
  const tried = `the flow was followed to t = ${horizon[1]} with dop853 at rtol 1e-10 (${stats.steps} steps)`;
  const certificate = { method: "integration", argument: tried, source: "theory.md §2" };
  if (first.status === "stopped" && first.event === "blow-up") {
    const confirmed = confirmStop(first, level.problem, method, options);
    if (confirmed.status !== "stopped") return { verdict: "undecided", certificate };
    return { verdict: "blow-up", tStar: confirmed.t, tError: confirmed.tError, certificate };
  }
  if (first.status !== "completed") {
    const reason = first.status === "failed" ? first.message : "cancelled";
    return { verdict: "undecided", certificate: { ...certificate, argument: `${tried}; ${reason}` } };
  }
  const cov = yEnd.slice(d);
  const velocity = new Float64Array(yEnd.length);
  level.problem.drift(horizon[1], yEnd, velocity);
  const size = frobeniusNorm(cov);
  const start = frobeniusNorm(level.problem.y0.slice(d));
  const residual = size === 0 ? 0 : frobeniusNorm(velocity.slice(d)) / size;
  if (size <= 1e-10 * start) return { verdict: "decays", rank: 0, certificate };
  if (residual * length < atRest) {
    const equilibrium = { cov: toNested({ shape: [d, d], data: cov }) as Json, residual, spectrum: [], rate: 0 };
    return { verdict: "bounded", equilibrium, certificate };
  }
  if (size >= 1e10 * start) return { verdict: "grows", certificate };
  return { verdict: "undecided", certificate: { ...certificate, argument: `${tried}; there |Σ̇|/|Σ| = ${residual}` } };
}
