import type { AnalysisPlugin } from "../contract.js";
import { portraitInThePlane } from "./in-the-plane.js";
import { portraitOnTheLine } from "./on-the-line.js";

/**
 * The covariance flow as a picture in low dimension: σ̇ against σ with equilibria and their stability (d = 1), the rates of
 * the two eigenvalues with trajectories (d = 2). Of a schedule, the coefficients at the start of the span; the mean is that
 * of the initial law.
 *
 * @accuracy equilibria against −w/k and findBlowUp's regime; rates against finite differences of runs (index.test.ts)
 * @source arXiv 2606.07600, theory.md §2
 */
export const phasePortrait: AnalysisPlugin = {
  name: "phase-portrait",
  doc: "Phase portrait of the covariance of Gaussian tokens: the variance (d = 1) or its two eigenvalues (d = 2).",
  source: "arXiv 2606.07600, theory.md §2",
  picture: true,
  obstacle({ model, initial }) {
    if (model.gaussianObstacle !== undefined) return model.gaussianObstacle;
    if (model.d > 2) return "portraits are drawn for d = 1 and 2";
    const { cov } = initial.moments();
    const flat = model.d === 1 ? !(cov[0]! > 0) : !(cov[0]! * cov[3]! - cov[1]! * cov[2]! > 0);
    return flat ? "the covariance is singular" : undefined;
  },
  analyze: (context) => (context.model.d === 1 ? portraitOnTheLine(context) : portraitInThePlane(context)),
};
