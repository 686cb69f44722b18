import type { ObservablePlugin } from "../contract.js";
import { type RankParameters, rankParameters, signedRank } from "../shared/signed-rank.js";

const doc = "Inertia of the covariance: numbers of positive, zero and negative eigenvalues, shape [3].";

/**
 * (#λ > ε, #|λ| ≤ ε, #λ < −ε) with ε = tolerance·max|λ|. The flow keeps it; a negative one is an error of the
 * integration, never of the law.
 * @throws not-finite; SolveError no-convergence
 * @cost m·d² for a cloud, then 4d³
 * @accuracy exact where no eigenvalue is within 1e-15 of the threshold (rank/index.test.ts)
 * @source theory.md §2 (definition; the tolerance is part of the numbers)
 */
export const inertia: ObservablePlugin<RankParameters> = {
  name: "inertia",
  doc,
  source: "theory.md §2",
  unit: "1",
  of: ["point-cloud", "gaussian"],
  params: rankParameters,
  bind: ({ tolerance }) => ({
    shape: [3],
    unit: "1",
    doc,
    measure: (_t, law, out) => out.set(signedRank(law, tolerance)),
  }),
};
