import { z } from "zod";
import { trace as traceOf } from "../../foundation/linear-algebra/index.js";
import type { ObservablePlugin } from "../contract.js";
import { momentsAt } from "../shared/law-of.js";

const doc = "Trace of the covariance: the mean squared distance from the mean.";

/**
 * tr Σ = ∫|x − m|² dμ.
 * @cost m·d² for a cloud, O(d) for a Gaussian
 * @accuracy rounding of a sum (trace/index.test.ts)
 * @source theory.md §2 (definition)
 */
export const trace: ObservablePlugin<Record<string, never>> = {
  name: "trace",
  doc,
  source: "theory.md §2",
  unit: "1",
  of: ["point-cloud", "gaussian"],
  params: z.strictObject({}),
  bind: (_, { d }) => ({
    shape: [],
    unit: "1",
    doc,
    measure(_t, law, out) {
      out[0] = traceOf(momentsAt(law).cov, d);
    },
  }),
};
