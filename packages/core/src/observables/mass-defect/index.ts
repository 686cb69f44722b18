import { ofLaw } from "../shared/of-law.js";

/**
 * |Σ_j w_j − 1|: what a scheme has lost or made of the mass; 0 for Gaussians.
 * @cost m
 * @accuracy the rounding of the sum itself (mass-defect/index.test.ts)
 * @source derived
 */
export const massDefect = ofLaw({
  name: "mass-defect",
  doc: "How far the masses of the points are from summing to 1.",
  source: "derived",
  shape: () => [],
  from: (law, out) => {
    out[0] = law.kind === "gaussian" ? 0 : Math.abs(law.weights.reduce((sum, weight) => sum + weight, 0) - 1);
  },
});
