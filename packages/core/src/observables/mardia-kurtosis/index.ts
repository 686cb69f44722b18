import { z } from "zod";
import { mardiaKurtosis as kurtosisOf } from "../../distances/shared/mardia.js";
import type { ObservablePlugin } from "../contract.js";

const doc = "Mardia's kurtosis of the tokens: r(r+2) for a Gaussian law of rank r.";

/**
 * E((X − m)ᵀΣ⁺(X − m))²: r(r + 2) for a Gaussian law of rank r, (n−1)/(n+1) of that for n Gaussian tokens in the mean.
 * @throws not-finite; SolveError no-convergence
 * @cost m·d² + 9d³
 * @accuracy 1e-12 relative, times the condition of Σ on its range (distances/shared/mardia.test.ts)
 * @source theory.md §2.2
 */
export const mardiaKurtosis: ObservablePlugin<Record<string, never>> = {
  name: "mardia-kurtosis",
  doc,
  source: "theory.md §2.2",
  unit: "1",
  of: ["point-cloud", "gaussian"],
  params: z.strictObject({}),
  bind: () => ({
    shape: [],
    unit: "1",
    doc,
    measure: (_t, law, out) => {
      out[0] = kurtosisOf(law);
    },
  }),
};
