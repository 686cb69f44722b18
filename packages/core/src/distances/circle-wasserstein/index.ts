import { z } from "zod";
import type { Law, PointCloud } from "../../laws/contract.js";
import type { DistancePlugin, DistanceTraits } from "../contract.js";
import { requireComparable } from "../shared/check-laws.js";
import { requireCircle } from "../shared/require-circle.js";
import { requirePair } from "../shared/require-pair.js";
import { circleTransport } from "./mass-on-circle.js";

const traits: DistanceTraits = {
  between: ["cloud-cloud"],
  triangle: true,
  bounded: true,
  positions: false,
  manifold: "circle",
};

function requireLaws(_params: Record<string, never>, a: Law, b: Law): void {
  requireComparable("circle-wasserstein", a, b);
  requirePair("circle-wasserstein", traits, a, b, "Take sliced-wasserstein");
  for (const law of [a, b]) requireCircle("circle-wasserstein", law);
}

/**
 * W_1 on the circle with the arc length as cost, exactly: min_α ∫|F − G − α|dθ. Tokens are atoms; a density on a grid is
 * taken as even over each cell, so it costs no error of the size of a cell to compare it with tokens.
 * @throws wrong-shape, not-finite, out-of-range (weights), incompatible (Gaussians, d other than 2), off-manifold
 * @cost (m + n) log(m + n) + 60·(m + n); any number of points
 * @accuracy 1e-14 (circle-wasserstein/index.test.ts)
 * @source derived
 */
export const circleWasserstein: DistancePlugin<Record<string, never>> = {
  name: "circle-wasserstein",
  doc: "Wasserstein distance of order 1 along the circle, exact for any number of tokens and for densities on a grid.",
  source: "derived; arXiv 2501.18322, theory.md §1",
  unit: "rad",
  traits,
  params: z.strictObject({}),
  requireLaws,
  bind: () => (a, b) => {
    requireLaws({}, a, b);
    return circleTransport(a as PointCloud, b as PointCloud);
  },
};
