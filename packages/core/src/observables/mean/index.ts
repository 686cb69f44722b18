import { z } from "zod";
import type { ObservablePlugin } from "../contract.js";
import { momentsAt } from "../shared/law-of.js";

const doc = "Mean of the law, shape [d].";

/**
 * m = ∫x dμ.
 * @cost m·d² for a cloud (its moments), O(d) for a Gaussian
 * @accuracy rounding of a sum (mean/index.test.ts)
 * @source theory.md §2 (definition)
 */
export const mean: ObservablePlugin<Record<string, never>> = {
  name: "mean",
  doc,
  source: "theory.md §2",
  unit: "1",
  of: ["point-cloud", "gaussian"],
  params: z.strictObject({}),
  bind: (_, { d }) => ({
    shape: [d],
    unit: "1",
    doc,
    measure: (_t, law, out) => out.set(momentsAt(law).mean),
  }),
};
