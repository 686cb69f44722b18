import { frobeniusNorm, symmetricEigenvalues } from "../../foundation/linear-algebra/index.js";
import type { AnalysisContext, AnalysisPlugin } from "../contract.js";
import { riccatiSystem, type ScalarValueSystem, scalarValueSystem } from "../shared/riccati-system.js";
import { regimeByFlow } from "./by-flow.js";
import { scalarValueRegime } from "./scalar-value.js";

type Verdict = ReturnType<AnalysisPlugin["analyze"]>;

/** Q ⪯ 0: no finite-time blow-up, so that following the flow cannot mislead about one. */
function neverEscapes({ Q, d }: ScalarValueSystem): boolean {
  const greatest = symmetricEigenvalues(Q, d)[d - 1] ?? 0;
  return greatest <= 1e-12 * frobeniusNorm(Q);
}

/** What no theorem decides, the flow may: kept only where it does, with both arguments in the certificate. */
function settleByFlow(context: AnalysisContext, open: Verdict): Verdict {
  const followed = regimeByFlow(context);
  if (followed["verdict"] === "undecided") return open;
  return { ...followed, certificate: { ...(followed["certificate"] as Verdict), closedForm: open["certificate"]! } };
}

/**
 * What depth does to the covariance of Gaussian tokens: bounded, decays, low-rank-limit, blow-up, grows or undecided.
 * By the closed form where V = vI in every head; by integration otherwise, and where Q ⪯ 0 but no theorem applies.
 *
 * @source arXiv 2606.07600, theory.md §2
 */
export const regime: AnalysisPlugin = {
  name: "regime",
  doc: "Regime of the covariance of Gaussian tokens, with the blow-up time t*.",
  source: "arXiv 2606.07600, theory.md §2",
  obstacle: ({ model }) => model.gaussianObstacle,
  analyze(context) {
    const { model, initial, span } = context;
    const system = riccatiSystem(model);
    const scalar = system && scalarValueSystem(system);
    if (scalar === undefined) return regimeByFlow(context);
    const verdict = scalarValueRegime(scalar, initial.moments().cov, 100 * (span[1] - span[0]));
    if (verdict["verdict"] === "undecided" && neverEscapes(scalar)) return settleByFlow(context, verdict);
    return typeof verdict["tStar"] === "number" ? { ...verdict, tStar: span[0] + verdict["tStar"] } : verdict;
  },
};
