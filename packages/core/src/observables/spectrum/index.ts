import { symmetricEigen } from "../../foundation/linear-algebra/index.js";
import { ofMoments } from "../shared/of-moments.js";

/**
 * λ_1 ≥ … ≥ λ_d of Σ.
 * @throws not-finite; SolveError no-convergence
 * @cost m·d² for a cloud, then 9d³
 * @accuracy 1e-14·d^½ of the largest (spectrum/index.test.ts)
 * @source theory.md §2 (definition)
 */
export const spectrum = ofMoments({
  name: "spectrum",
  doc: "Eigenvalues of the covariance, descending, shape [d]; zero ones may come out as ±1e-16 of the largest.",
  source: "theory.md §2",
  shape: (d) => [d],
  from: ({ cov, d }, out) => out.set(symmetricEigen(cov, d).values.reverse()),
});
