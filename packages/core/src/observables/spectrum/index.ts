import { z } from "zod";
import { symmetricEigen } from "../../foundation/linear-algebra/index.js";
import type { ObservablePlugin } from "../contract.js";
import { momentsAt } from "../shared/law-of.js";

const doc = "Eigenvalues of the covariance, descending, shape [d]; zero ones may come out as ±1e-16 of the largest.";

/**
 * λ_1 ≥ … ≥ λ_d of Σ.
 * @throws not-finite; SolveError no-convergence
 * @cost m·d² for a cloud, then 9d³
 * @accuracy 1e-14·d^½ of the largest (spectrum/index.test.ts)
 * @source theory.md §2 (definition)
 */
export const spectrum: ObservablePlugin<Record<string, never>> = {
  name: "spectrum",
  doc,
  source: "theory.md §2",
  unit: "1",
  of: ["point-cloud", "gaussian"],
  params: z.strictObject({}),
  bind: (_, { d }) => ({
    shape: [d],
    unit: "1",
    doc,
    measure: (_t, law, out) => out.set(symmetricEigen(momentsAt(law).cov, d).values.reverse()),
  }),
};
