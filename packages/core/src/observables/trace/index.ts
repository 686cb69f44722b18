import { trace as traceOf } from "../../foundation/linear-algebra/index.js";
import { ofMoments } from "../shared/of-moments.js";

/**
 * tr Σ = ∫|x − m|² dμ.
 * @cost m·d² for a cloud, O(d) for a Gaussian
 * @accuracy rounding of a sum (trace/index.test.ts)
 * @source theory.md §2 (definition)
 */
export const trace = ofMoments({
  name: "trace",
  doc: "Trace of the covariance: the mean squared distance from the mean.",
  source: "theory.md §2",
  shape: () => [],
  from: ({ cov, d }, out) => {
    out[0] = traceOf(cov, d);
  },
});
