import type { ObservablePlugin } from "../contract.js";
import { type RankParameters, rankParameters, signedRank } from "../shared/signed-rank.js";

const doc = "Numerical rank of the covariance: how many eigenvalues are above tolerance times the largest, in size.";

/**
 * #{k : |λ_k| > tolerance·max|λ|}. In continuous depth the rank of a Gaussian never changes; where this one does, an
 * eigenvalue has come within the tolerance, which a flow that decays like 1/t does late: look at `spectrum` too.
 * @throws not-finite; SolveError no-convergence
 * @cost m·d² for a cloud, then 4d³
 * @accuracy exact where no eigenvalue is within 1e-15 of the threshold (rank/index.test.ts)
 * @source theory.md §2 (definition; the tolerance is part of the number)
 */
export const rank: ObservablePlugin<RankParameters> = {
  name: "rank",
  doc,
  source: "theory.md §2",
  unit: "1",
  of: ["point-cloud", "gaussian"],
  params: rankParameters,
  bind: ({ tolerance }) => ({
    shape: [],
    unit: "1",
    doc,
    measure(_t, law, out) {
      const [positive, , negative] = signedRank(law, tolerance);
      out[0] = positive + negative;
    },
  }),
};
