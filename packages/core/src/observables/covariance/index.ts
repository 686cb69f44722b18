import { z } from "zod";
import type { ObservablePlugin } from "../contract.js";
import { momentsAt } from "../shared/law-of.js";

const doc = "Covariance of the law, shape [d, d]; of a cloud the sum divided by n, not n − 1.";

/**
 * Σ = ∫(x − m)(x − m)ᵀ dμ.
 * @cost m·d² for a cloud, d² for a Gaussian
 * @accuracy rounding of a sum (covariance/index.test.ts)
 * @source theory.md §2 (definition)
 */
export const covariance: ObservablePlugin<Record<string, never>> = {
  name: "covariance",
  doc,
  source: "theory.md §2",
  unit: "1",
  of: ["point-cloud", "gaussian"],
  params: z.strictObject({}),
  bind: (_, { d }) => ({
    shape: [d, d],
    unit: "1",
    doc,
    measure: (_t, law, out) => out.set(momentsAt(law).cov),
  }),
};
