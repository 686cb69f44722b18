import { ofMoments } from "../shared/of-moments.js";

/**
 * m = ∫x dμ.
 * @cost m·d² for a cloud (its moments), O(d) for a Gaussian
 * @accuracy rounding of a sum (mean/index.test.ts)
 * @source theory.md §2 (definition)
 */
export const mean = ofMoments({
  name: "mean",
  doc: "Mean of the law, shape [d].",
  source: "theory.md §2",
  shape: (d) => [d],
  from: ({ mean: m }, out) => out.set(m),
});
