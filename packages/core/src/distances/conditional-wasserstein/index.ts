import { z } from "zod";
import type { Law, PointCloud } from "../../laws/contract.js";
import type { DistancePlugin, DistanceTraits } from "../contract.js";
import { requireComparable } from "../shared/check-laws.js";
import { cloudTransport, requireTransportable, type TransportOrder } from "../shared/cloud-transport.js";
import { requirePair } from "../shared/require-pair.js";
import { transportOrder } from "../shared/transport-order.js";
import { conditionals } from "./conditionals.js";

interface ConditionalParameters {
  readonly order: TransportOrder;
  readonly bins: number | null;
}

const traits: DistanceTraits = { between: ["cloud-cloud"], triangle: true, bounded: false, positions: true };

/** The laws at each position. */
function pairsOf({ bins }: ConditionalParameters, a: Law, b: Law): ReturnType<typeof conditionals> {
  requireComparable("conditional-wasserstein", a, b);
  requirePair("conditional-wasserstein", traits, a, b, "Take bures-wasserstein or sliced-wasserstein");
  return conditionals(a as PointCloud, b as PointCloud, bins);
}

/**
 * d(μ, ν) = (∫ W_p^p(μ(·|s), ν(·|s)) ds)^{1/p}, p = order, for laws on (position s, x) with one marginal in s: what
 * masked attention is stable in. Mass may not move along the context, so d ≥ W_p of the laws of x. Without bins the
 * conditional laws are those at each position: for two clouds of n tokens they are single tokens, and d is the p-mean of
 * |x_i − y_i|; for ensembles that repeat the positions 1/n … 1 they are the members' tokens at i. With bins the tokens
 * of each of `bins` equal parts of the context are one conditional law: d falls when bins are merged, and bins = 1 is W_p.
 * @throws wrong-shape, not-finite, out-of-range (weights, positions, more than 2,000 tokens in a part in d > 1),
 *   missing (no positions), incompatible (Gaussians; different marginals in s)
 * @cost m log m, and an exact transport in each part: O(k³) for k tokens at worst
 * @accuracy d^p to 1e-12 relative (conditional-wasserstein/index.test.ts)
 * @source arXiv 2501.18322, theory.md §1
 */
export const conditionalWasserstein: DistancePlugin<ConditionalParameters> = {
  name: "conditional-wasserstein",
  doc: "Wasserstein distance position by position, for masked models: equal positions on both sides.",
  source: "arXiv 2501.18322, theory.md §1",
  unit: "1",
  traits,
  params: z.strictObject({
    order: transportOrder,
    bins: z.number().int().min(1).nullable().default(null).meta({
      unit: "1",
      doc: "number of equal parts of the context that count as one position; null takes each alone",
    }),
  }),
  requireLaws: (params, a, b) => {
    for (const pair of pairsOf(params, a, b)) requireTransportable("conditional-wasserstein", pair.a, pair.b);
  },
  bind:
    ({ order, bins }) =>
    (a, b) => {
      let sum = 0;
      for (const pair of pairsOf({ order, bins }, a, b)) {
        sum += pair.mass * cloudTransport("conditional-wasserstein", pair.a, pair.b, order);
      }
      return order === 2 ? Math.sqrt(sum) : sum;
    },
};
