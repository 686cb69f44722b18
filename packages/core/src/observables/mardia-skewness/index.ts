import { mardiaSkewness as skewnessOf } from "../../distances/shared/mardia.js";
import { ofLaw } from "../shared/of-law.js";

/**
 * E((X − m)ᵀΣ⁺(X' − m))³ for independent X, X': 0 for a Gaussian law; n Gaussian tokens of rank r have about r(r+1)(r+2)/n.
 * @throws not-finite; SolveError no-convergence
 * @cost m·d² + 9d³, then m·r·min(m/2, r²/6)
 * @accuracy 1e-12 relative, times the condition of Σ on its range (distances/shared/mardia.test.ts)
 * @source theory.md §2.2
 */
export const mardiaSkewness = ofLaw({
  name: "mardia-skewness",
  doc: "Mardia's skewness of the tokens: 0 for a Gaussian law, about r(r+1)(r+2)/n for n Gaussian tokens of rank r.",
  source: "theory.md §2.2",
  shape: () => [],
  from: (law, out) => {
    out[0] = skewnessOf(law);
  },
});
