import { z } from "zod";
import { maxAbs, symmetricEigenvalues } from "../../foundation/linear-algebra/index.js";
import type { Law } from "../../laws/contract.js";
import { momentsAt } from "./law-of.js";

/** Down to which part of the largest an eigenvalue counts. */
export interface RankParameters {
  readonly tolerance: number;
}

export const rankParameters = z.strictObject({
  tolerance: z
    .number()
    .gt(0)
    .lt(1)
    .default(1e-10)
    .meta({ unit: "1", doc: "part of the largest eigenvalue at or below which one counts as zero" }),
});

/** How many eigenvalues of the covariance are above tolerance·max|λ|, within it, and below minus it. @cost 4d³ */
export function signedRank(law: Law, tolerance: number): readonly [positive: number, zero: number, negative: number] {
  const { cov, d } = momentsAt(law);
  const values = symmetricEigenvalues(cov, d);
  const threshold = tolerance * maxAbs(values);
  const positive = values.filter((value) => value > threshold).length;
  const negative = values.filter((value) => value < -threshold).length;
  return [positive, d - positive - negative, negative];
}
