import type { AnalysisContext, AnalysisPlugin, Json } from "../contract.js";
import type { Moments } from "../shared/moment-flow.js";
import { blowUpMargin } from "./boundary.js";
import { meanFate } from "./mean-fate.js";
import { lastPiece, type Passage, passPiece } from "./pieces.js";
import type { Verdict } from "./verdict.js";

export type { CovarianceFlow } from "../shared/covariance-flow.js";
export { linearisedSpectrum } from "../shared/linearised.js";
export { type BoundaryPoint, blowUpMargin, boundaryOf } from "./boundary.js";
export { type LimitingRank, type LimitingRankOptions, limitingRank, type Sample } from "./limiting-rank.js";
export { type RegimeStatistics, type RegimeSummary, regimeStatistics, regimeSummary } from "./statistics.js";
export type { Certificate, Equilibrium, Hypothesis, RegimeName, Verdict } from "./verdict.js";

/** As JSON has it: no −0, and of a certificate's numbers those that are not finite left out. */
function plain(value: unknown): Json | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value + 0 : undefined;
  if (Array.isArray(value)) return value.map((one) => plain(one) ?? null);
  if (typeof value !== "object" || value === null) return value as Json;
  const entries = Object.entries(value).map(([key, inner]) => [key, plain(inner)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

/** Through the pieces of a schedule, then for ever with the coefficients of the last. */
function regimeOf({ model, initial, cancel }: AnalysisContext, start: number): Verdict & { readonly mean?: Json } {
  const { mean, cov } = initial.moments();
  const jumps = model.breakpoints.filter((t) => t > start);
  let moments: Moments = { mean, cov };
  let t = start;
  for (const jump of jumps) {
    const passage: Passage = passPiece(model, t, jump - t, moments, cancel);
    if ("verdict" in passage) return passage.verdict;
    [t, moments] = [jump, passage.moments];
  }
  const verdict = lastPiece(model, t, moments, cancel);
  const fate = jumps.length === 0 ? meanFate(model, t, moments, verdict) : undefined;
  const schedule = `coefficients jump ${jumps.length} times; those after t = ${t} are taken to last for ever`;
  const certificate = jumps.length === 0 ? verdict.certificate : { ...verdict.certificate, schedule };
  return { ...verdict, certificate, ...(fate !== undefined && { mean: fate }) };
}

/**
 * What depth does to the covariance of Gaussian tokens in the long run: bounded, decays, low-rank-limit, blow-up, grows,
 * oscillates or undecided, with a certificate. An asymptotic statement of the flow, whatever `solve.span` ends at; of a
 * schedule the last piece is taken to last for ever. By theorems where V = vI in every head, by the flow otherwise.
 *
 * @accuracy regime.test.ts, regimes.long.test.ts: against runs of dop853 over all regimes
 * @source arXiv 2606.07600, theory.md §2; docs/regimes.md
 */
export const regime: AnalysisPlugin = {
  name: "regime",
  doc: "Regime of the covariance of Gaussian tokens: bounded, decaying, of low rank, growing, turning, or its blow-up time t*.",
  source: "arXiv 2606.07600, theory.md §2",
  obstacle: ({ model }) => model.gaussianObstacle,
  analyze(context) {
    const margin = blowUpMargin(context.model, context.initial);
    const verdict = regimeOf(context, context.span[0]);
    return plain(margin === undefined ? verdict : { ...verdict, blowUpMargin: margin }) as {
      readonly [key: string]: Json;
    };
  },
};
