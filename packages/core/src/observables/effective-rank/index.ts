import { symmetricEigen, trace } from "../../foundation/linear-algebra/index.js";
import type { Gaussian, Law } from "../../laws/contract.js";
import { ofMoments } from "../shared/of-moments.js";

/** Spread of a cloud, relative to its mean, that the rounding of equal points makes. */
const rounding = 1e-15;

/** No covariance; in a cloud also a covariance that is only the rounding of the mean. */
function isCollapsed(law: Law, { mean, cov, d }: Gaussian): boolean {
  const spread = trace(cov, d);
  if (law.kind === "gaussian") return spread === 0;
  const square = mean.reduce((sum, value) => sum + value * value, 0);
  return spread <= rounding * rounding * d * square;
}

function expOfEntropy(cov: Float64Array, d: number): number {
  const { values } = symmetricEigen(cov, d);
  const floor = d * Number.EPSILON * values[d - 1]!;
  let total = 0;
  for (const value of values) if (value > floor) total += value;
  let entropy = 0;
  for (const value of values) if (value > floor) entropy -= (value / total) * Math.log(value / total);
  return Math.exp(entropy);
}

/**
 * exp(−Σ p_k log p_k), p_k = λ_k/tr Σ. Eigenvalues up to d·eps of the largest count as zero; a zero covariance has
 * effective rank 0.
 * @throws not-finite; SolveError no-convergence
 * @cost m·d² for a cloud, then 9d³
 * @accuracy 1e-13 relative (effective-rank/index.test.ts)
 * @source derived (Roy and Vetterli's effective rank, applied to the covariance); theory.md §5
 */
export const effectiveRank = ofMoments({
  name: "effective-rank",
  doc:
    "Effective rank of the covariance: exp of the entropy of its normalised eigenvalues, from 1 (rank one) to d " +
    "(isotropic); 0 when there is no spread at all.",
  source: "theory.md §5",
  shape: () => [],
  from: (found, out, law) => {
    out[0] = isCollapsed(law, found) ? 0 : expOfEntropy(found.cov, found.d);
  },
});
