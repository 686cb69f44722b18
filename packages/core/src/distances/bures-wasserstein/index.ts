import { z } from "zod";
import { momentsOf } from "../../foundation/law/index.js";
import type { Gaussian, Law } from "../../laws/contract.js";
import type { DistancePlugin } from "../contract.js";
import { squaredBures } from "../shared/bures.js";
import { requireComparable } from "../shared/check-laws.js";
import { metricOnAllLaws } from "../shared/traits.js";

const momentsAt = (law: Law): Gaussian => (law.kind === "gaussian" ? law : momentsOf(law));

/**
 * BW(N(m_0,Σ_0), N(m_1,Σ_1)) = (|m_0 − m_1|² + tr(Σ_0 + Σ_1 − 2(Σ_0^½Σ_1Σ_0^½)^½))^½ between the Gaussians that have
 * the moments of the two laws: the 2-Wasserstein distance of Gaussians, a lower bound of it for other laws.
 * Computed as min_U ‖Σ_0^½ − Σ_1^½U‖_F over orthogonal U, a sum of squares that does not cancel for close laws.
 * @throws wrong-shape, not-finite, out-of-range, not-symmetric, not-positive-semidefinite
 * @cost O(d³), about two symmetric eigenproblems and one SVD; moments of a cloud O(m·d²)
 * @accuracy 1e-6 relative for covariances that differ by 1e-8; 1e-12 for separated ones (bures-wasserstein/index.test.ts)
 * @source arXiv 2606.07600 and theory.md §2.1; the form without cancellation: derived
 */
export const buresWasserstein: DistancePlugin<Record<string, never>> = {
  name: "bures-wasserstein",
  doc: "2-Wasserstein distance between the Gaussians with the means and covariances of the two laws.",
  source: "arXiv 2606.07600, theory.md §2.1",
  unit: "1",
  traits: metricOnAllLaws,
  params: z.strictObject({}),
  requireLaws: (_params, a, b) => requireComparable("bures-wasserstein", a, b),
  bind: () => (a, b) => {
    requireComparable("bures-wasserstein", a, b);
    return Math.sqrt(squaredBures(momentsAt(a), momentsAt(b)));
  },
};
