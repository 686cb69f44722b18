import { mardiaKurtosis as kurtosisOf } from "../../distances/shared/mardia.js";
import { ofLaw } from "../shared/of-law.js";

/**
 * E((X − m)ᵀΣ⁺(X − m))²: r(r + 2) for a Gaussian law of rank r, (n−1)/(n+1) of that for n Gaussian tokens in the mean.
 * @throws not-finite; SolveError no-convergence
 * @cost m·d² + 9d³
 * @accuracy 1e-12 relative, times the condition of Σ on its range (distances/shared/mardia.test.ts)
 * @source theory.md §2.2
 */
export const mardiaKurtosis = ofLaw({
  name: "mardia-kurtosis",
  doc: "Mardia's kurtosis of the tokens: r(r+2) for a Gaussian law of rank r.",
  source: "theory.md §2.2",
  shape: () => [],
  from: (law, out) => {
    out[0] = kurtosisOf(law);
  },
});
