import { ofMoments } from "../shared/of-moments.js";

/**
 * (m, Σ) with m = ∫x dμ and Σ = ∫(x − m)(x − m)ᵀ dμ.
 * @cost m·d² for a cloud, d² for a Gaussian
 * @accuracy rounding of a sum (moments/index.test.ts)
 * @source theory.md §2 (definition)
 */
export const moments = ofMoments({
  name: "moments",
  doc: "Mean and covariance in one array of shape [d + 1, d]: row 0 is the mean, the rows after it the covariance.",
  source: "theory.md §2",
  shape: (d) => [d + 1, d],
  from: ({ mean, cov, d }, out) => {
    out.set(mean, 0);
    out.set(cov, d);
  },
});
