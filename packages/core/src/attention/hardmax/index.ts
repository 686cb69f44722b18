import { z } from "zod";
import type { FieldOutput, KernelHead } from "../../foundation/backend/index.js";
import { InputError } from "../../foundation/errors/index.js";
import type { WeightedPoints } from "../../foundation/shapes/index.js";
import type { Attention, AttentionPlugin, AttentionTraits, Leaders } from "../contract.js";
import { bindHeads, completeHeads, type HeadParameters, unscaledHeadParameters } from "../shared/heads.js";
import { findLeaders, leaderRoom, leadersOf, marginOf } from "./leaders.js";

const traits: AttentionTraits = { weights: "probability", smooth: false, gaussianClosed: false, tokensOnly: true };

/** −Σ p log p over the leaders of query i. */
function entropyOf({ starts, shares }: Leaders, i: number): number {
  let sum = 0;
  for (let k = starts[i]!; k < starts[i + 1]!; k++) sum -= shares[k]! * Math.log(shares[k]!);
  return Math.max(0, sum);
}

/** field_i += V · (mean of the leaders of query i). @param mean room, shape [d] */
function addHead(
  head: KernelHead,
  leaders: Leaders,
  source: WeightedPoints,
  queries: number,
  mean: Float64Array,
  field: Float64Array,
): void {
  const { d, points } = source;
  const { starts, indices, shares } = leaders;
  for (let i = 0; i < queries; i++) {
    mean.fill(0);
    for (let k = starts[i]!; k < starts[i + 1]!; k++) {
      for (let a = 0; a < d; a++) mean[a]! += shares[k]! * points[indices[k]! * d + a]!;
    }
    for (let a = 0; a < d; a++) {
      let sum = 0;
      for (let b = 0; b < d; b++) sum += head.value[a * d + b]! * mean[b]!;
      field[i * d + a]! += sum;
    }
  }
}

function write(
  heads: readonly KernelHead[],
  leaders: readonly Leaders[],
  source: WeightedPoints,
  queries: WeightedPoints,
  mean: Float64Array,
  out: FieldOutput,
): void {
  if (out.logPartition !== undefined) {
    throw new InputError({
      code: "incompatible",
      who: "hardmax attention",
      rule: "it has no partition function: its weights are a limit",
      got: "logPartition asked for",
      fix: "Take softmax with a large beta",
    });
  }
  out.field?.fill(0);
  for (let h = 0; h < heads.length; h++) {
    if (out.field !== undefined) addHead(heads[h]!, leaders[h]!, source, queries.m, mean, out.field);
    for (let i = 0; out.entropy !== undefined && i < queries.m; i++) {
      out.entropy[h * queries.m + i] = entropyOf(leaders[h]!, i);
    }
  }
}

/**
 * Γ_μ(x) = Σ_h mean of V_h y over argmax_y ⟨Q_hx, K_hy⟩, the limit β → ∞ of softmax. Ties share the row by mass and by the
 * weight of the mask. The field jumps where the leader of a query changes; between such switches it is linear in the
 * tokens, and `pieceAt` gives that smooth piece with its margin.
 *
 * @throws InputError empty (a query that sees no key), incompatible (a partition function asked for)
 * @cost heads × queries × keys scores, in plain TypeScript on every backend
 * @accuracy the limit of softmax to e^{−β·gap}; attention/hardmax/index.test.ts
 * @source theory.md §1 and §3
 */
export const hardmax: AttentionPlugin<HeadParameters> = {
  name: "hardmax",
  doc: "Hardmax self-attention: the mean value of the tokens with the greatest score ⟨Qx,Ky⟩, softmax at β → ∞.",
  source: "theory.md §1, §3",
  traits,
  params: z.strictObject(unscaledHeadParameters),
  complete: completeHeads,
  bind(params, context): Attention {
    const heads = bindHeads(params, context, "hardmax");
    const rooms = Array.from({ length: heads.count }, leaderRoom);
    const mean = new Float64Array(context.d);
    const bound: Attention = {
      name: "hardmax",
      traits,
      heads: heads.count,
      breakpoints: heads.breakpoints,
      fieldAt(source, queries, mask, t, out) {
        const now = heads.at(t);
        for (let h = 0; h < now.length; h++) findLeaders(now[h]!, source, queries, mask, rooms[h]!);
        write(now, rooms, source, queries, mean, out);
      },
      leadersAt: (source, queries, mask, t) => heads.at(t).map((head) => leadersOf(head, source, queries, mask)),
      pieceAt(source, mask, t) {
        const fixed = heads.at(t).map((head) => leadersOf(head, source, source, mask));
        return {
          attention: {
            ...bound,
            fieldAt: (cloud, queries, _mask, time, out) => write(heads.at(time), fixed, cloud, queries, mean, out),
          },
          margin: (cloud, time) => Math.min(...heads.at(time).map((head, h) => marginOf(head, fixed[h]!, cloud, mask))),
        };
      },
    };
    return bound;
  },
};
