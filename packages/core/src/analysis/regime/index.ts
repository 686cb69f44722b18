import type { AnalysisPlugin } from "../contract.js";
import { riccatiSystem, scalarValueSystem } from "../shared/riccati-system.js";
import { regimeByFlow } from "./by-flow.js";
import { scalarValueRegime } from "./scalar-value.js";

/**
 * What depth does to the covariance of Gaussian tokens: bounded, decays, low-rank-limit, blow-up, grows or undecided.
 * By the closed form where V = vI in every head, by integration otherwise.
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
    return typeof verdict["tStar"] === "number" ? { ...verdict, tStar: span[0] + verdict["tStar"] } : verdict;
  },
};
