import { z } from "zod";
import { InputError } from "../../foundation/errors/index.js";
import type { Gaussian, Law } from "../../laws/contract.js";
import type { DistancePlugin, DistanceTraits } from "../contract.js";
import { squaredBures } from "../shared/bures.js";
import { requireComparable } from "../shared/check-laws.js";
import { cloudTransport, requireTransportable, type TransportOrder } from "../shared/cloud-transport.js";
import { foldedNormalMean } from "../shared/folded-normal.js";
import { requirePair } from "../shared/require-pair.js";
import { transportOrder } from "../shared/transport-order.js";

interface WassersteinParameters {
  readonly order: TransportOrder;
}

const traits: DistanceTraits = {
  between: ["cloud-cloud", "gaussian-gaussian"],
  triangle: true,
  bounded: false,
  positions: false,
};

function requireLaws({ order }: WassersteinParameters, a: Law, b: Law): void {
  requireComparable("wasserstein", a, b);
  requirePair("wasserstein", traits, a, b, "Take sliced-wasserstein, which is exact for Gaussians on every line");
  if (a.kind === "point-cloud" && b.kind === "point-cloud") requireTransportable("wasserstein", a, b);
  if (a.kind === "point-cloud" || order === 2 || a.d === 1) return;
  throw new InputError({
    code: "incompatible",
    who: "wasserstein",
    rule: "order 1 between Gaussians has a closed form in dimension 1 only",
    got: `d = ${a.d}`,
    fix: "Take order: 2, or sliced-wasserstein with order: 1",
    details: { d: a.d },
  });
}

/** W_1 of Gaussians on the line, E|δ + (s_0 − s_1)Z|. */
function firstOrderGaussian(a: Gaussian, b: Gaussian): number {
  // squaredBures refuses a variance that is negative.
  squaredBures(a, b);
  return foldedNormalMean(a.mean[0]! - b.mean[0]!, Math.abs(Math.sqrt(a.cov[0]!) - Math.sqrt(b.cov[0]!)));
}

/**
 * W_p(μ, ν) = (min over couplings of E|X − Y|^p)^{1/p}, p = order, exactly: between clouds of up to 2,000 points by an
 * optimal assignment (equally many points of equal weight) or an optimal plan (any sizes and weights), between
 * Gaussians by the Bures formula (p = 2) or in dimension 1 (p = 1). A cloud against a Gaussian has no finite form.
 * @throws wrong-shape, not-finite, out-of-range (weights; more than 2,000 points in d > 1), incompatible (a cloud against a
 *   Gaussian; Gaussians of order 1 in d > 1), not-symmetric, not-positive-semidefinite
 * @cost clouds: n log n on the line, else O(n³) at worst and memory 8n² bytes (assignment) or 16n² (plan); Gaussians:
 *   O(d³)
 * @accuracy W_p^p to 1e-12 relative: the duality gap (shared/assignment.test.ts, wasserstein/index.test.ts)
 * @source theory.md §1, §2.1 (arXiv 2501.18322)
 */
export const wasserstein: DistancePlugin<WassersteinParameters> = {
  name: "wasserstein",
  doc: "Wasserstein distance of order 1 or 2: exact between clouds of up to 2,000 points and between Gaussians.",
  source: "arXiv 2501.18322, theory.md §1",
  unit: "1",
  traits,
  params: z.strictObject({
    order: transportOrder,
  }),
  requireLaws,
  bind:
    ({ order }) =>
    (a, b) => {
      requireLaws({ order }, a, b);
      if (a.kind === "point-cloud" && b.kind === "point-cloud") {
        const cost = cloudTransport("wasserstein", a, b, order);
        return order === 2 ? Math.sqrt(cost) : cost;
      }
      const [first, second] = [a as Gaussian, b as Gaussian];
      return order === 2 ? Math.sqrt(squaredBures(first, second)) : firstOrderGaussian(first, second);
    },
};
