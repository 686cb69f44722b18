import { z } from "zod";
import type { ObservablePlugin } from "../contract.js";
import { momentsAt } from "../shared/law-of.js";

const doc =
  "Mean and covariance in one array of shape [d + 1, d]: row 0 is the mean, the rows after it the covariance.";

/**
 * (m, Σ) with m = ∫x dμ and Σ = ∫(x − m)(x − m)ᵀ dμ.
 * @cost m·d² for a cloud, d² for a Gaussian
 * @accuracy rounding of a sum (moments/index.test.ts)
 * @source theory.md §2 (definition)
 */
export const moments: ObservablePlugin<Record<string, never>> = {
  name: "moments",
  doc,
  source: "theory.md §2",
  unit: "1",
  of: ["point-cloud", "gaussian"],
  params: z.strictObject({}),
  bind: (_, { d }) => ({
    shape: [d + 1, d],
    unit: "1",
    doc,
    measure(_t, law, out) {
      const found = momentsAt(law);
      out.set(found.mean, 0);
      out.set(found.cov, d);
    },
  }),
};
