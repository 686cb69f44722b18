import { ofMoments } from "../shared/of-moments.js";

/**
 * Σ = ∫(x − m)(x − m)ᵀ dμ.
 * @cost m·d² for a cloud, d² for a Gaussian
 * @accuracy rounding of a sum (covariance/index.test.ts)
 * @source theory.md §2 (definition)
 */
export const covariance = ofMoments({
  name: "covariance",
  doc: "Covariance of the law, shape [d, d]; of a cloud the sum divided by n, not n − 1.",
  source: "theory.md §2",
  shape: (d) => [d, d],
  from: ({ cov }, out) => out.set(cov),
});
