import { gaussianMoments } from "../../dynamics/gaussian-moments/index.js";
import { frobeniusNorm } from "../../foundation/linear-algebra/index.js";
import { toNested } from "../../foundation/shapes/index.js";
import { dop853 } from "../../methods/dop853/index.js";
import { adaptive, findBlowUp, type SolveOptions, solve } from "../../solve/index.js";
import type { AnalysisContext, Json } from "../contract.js";

/** How many spans ahead the flow is followed before the search is given up. */
const reach = 10;
/** |Σ̇|/|Σ|, per span, below which a state counts as at rest. */
const atRest = 1e-8;

type Verdict = { readonly [key: string]: Json };

/**
 * Regime of Σ by following its flow: for general V, schedules and closures that are not of Riccati type. Blow-up by
 * `findBlowUp` at two tolerances, with the exponent of the escape.
 */
export function regimeByFlow(context: AnalysisContext): Verdict {
  const { model, initial, span } = context;
  const { d } = initial;
  const length = span[1] - span[0];
  const horizon: readonly [number, number] = [span[0], span[0] + reach * length];
  const level = gaussianMoments.bind({}, { model, initial, span: horizon });
  const method = dop853.bind({});
  const tried = `the flow was followed to t = ${horizon[1]} with dop853 at rtol 1e-10`;
  const certificate = { method: "integration", argument: tried, source: "theory.md §2" };
  const blowUp = findBlowUp(level.problem, method, { span: horizon, part: { offset: d, size: d * d } });
  if (blowUp.kind === "blow-up") {
    const argument = `|Σ| ~ (t* − t)^(−1/(p−1)) with p = ${blowUp.exponent}, two tolerances`;
    return { verdict: "blow-up", tStar: blowUp.t, tError: blowUp.tError, certificate: { ...certificate, argument } };
  }
  if (blowUp.kind === "undecided") {
    return { verdict: "undecided", certificate: { ...certificate, argument: `${tried}; ${blowUp.message}` } };
  }
  return regimeAtRest(context, level, method, horizon, certificate);
}

/** Where a flow without blow-up has arrived at the horizon. */
function regimeAtRest(
  context: AnalysisContext,
  level: ReturnType<typeof gaussianMoments.bind>,
  method: ReturnType<typeof dop853.bind>,
  horizon: readonly [number, number],
  certificate: { readonly [key: string]: Json },
): Verdict {
  const { d } = context.initial;
  const length = context.span[1] - context.span[0];
  const options: SolveOptions = {
    span: horizon,
    steps: adaptive({ rtol: 1e-10, atol: 1e-12, maxSteps: 20_000 }),
    ...(context.cancel ? { cancel: context.cancel } : {}),
  };
  const { outcome, yEnd } = solve(level.problem, method, options);
  const also = (what: string) => ({ ...certificate, argument: `${String(certificate["argument"])}; ${what}` });
  if (outcome.status !== "completed") {
    return { verdict: "undecided", certificate: also(outcome.status === "failed" ? outcome.message : outcome.event) };
  }
  const cov = yEnd.slice(d);
  const velocity = new Float64Array(yEnd.length);
  level.problem.drift(horizon[1], yEnd, velocity);
  const size = frobeniusNorm(cov);
  const start = frobeniusNorm(level.problem.y0.slice(d));
  const residual = size === 0 ? 0 : frobeniusNorm(velocity.slice(d)) / size;
  if (size <= 1e-10 * start) return { verdict: "decays", rank: 0, certificate };
  if (residual * length < atRest) {
    const equilibrium = { cov: toNested({ shape: [d, d], data: cov }) as Json, residual };
    return { verdict: "bounded", equilibrium, certificate };
  }
  if (size >= 1e10 * start) return { verdict: "grows", certificate };
  return { verdict: "undecided", certificate: also(`there |Σ̇|/|Σ| = ${residual}`) };
}
