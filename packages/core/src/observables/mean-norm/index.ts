import { frobeniusNorm } from "../../foundation/linear-algebra/index.js";
import { ofMoments } from "../shared/of-moments.js";

/**
 * |m|, m = ∫x dμ: the fate of the mean.
 * @cost m·d² for a cloud (its moments), O(d) for a Gaussian
 * @accuracy rounding of a sum (rank/index.test.ts)
 * @source theory.md §2 (definition)
 */
export const meanNorm = ofMoments({
  name: "mean-norm",
  doc: "Length |m| of the mean of the law.",
  source: "theory.md §2",
  shape: () => [],
  from: ({ mean }, out) => {
    out[0] = frobeniusNorm(mean);
  },
});
