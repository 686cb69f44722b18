import { z } from "zod";
import { atPath } from "../../foundation/errors/index.js";
import { bindScalar, bindSchedule, combineSchedules, scalarParameter } from "../../foundation/parameters/index.js";
import type { AttentionPlugin, AttentionTraits } from "../contract.js";
import { bindHeads, completeHeads, type HeadParameters, headParameters } from "../shared/heads.js";
import { kernelAttention } from "../shared/kernel-attention.js";

const traits: AttentionTraits = { weights: "positive", smooth: true, gaussianClosed: false };

interface SigmoidParameters extends HeadParameters {
  readonly bias?: unknown;
}

/**
 * Γ_μ(x) = Σ_h ∫ V y / (1 + e^{−β⟨Qx,Ky⟩−b}) dμ(y). Each weight looks at its own pair alone: nothing is normalised, and
 * on n tokens ∫dμ is (1/n)Σ over all n, also under a mask. Not closed on Gaussians.
 *
 * @cost see the reference backend
 * @accuracy attention/contract.test.ts; test/goldens against an independent implementation
 * @source arXiv 2501.18322, theory.md §1
 */
export const sigmoid: AttentionPlugin<SigmoidParameters> = {
  name: "sigmoid",
  doc: "Sigmoid self-attention: weights 1/(1 + e^{−β⟨Qx,Ky⟩−b})/n, not normalised.",
  source: "arXiv 2501.18322, theory.md §1",
  traits,
  params: z.strictObject({
    ...headParameters,
    bias: scalarParameter({ symbol: "b", unit: "nat", doc: "bias b added to every score" }, 0),
  }),
  complete: completeHeads,
  bind(params, context, backend) {
    const heads = bindHeads(params, context, "sigmoid");
    const bias = atPath(["bias"], () =>
      bindSchedule(params.bias ?? 0, context, "sigmoid.bias", (one) => bindScalar(one, context, "sigmoid.bias")),
    );
    const biased = combineSchedules(heads, bias, (list, b) => list.map((head) => ({ ...head, bias: b })));
    const form = { weight: "sigmoid", normalisation: "mass" } as const;
    return kernelAttention("sigmoid", traits, form, { ...heads, ...biased }, backend);
  },
};
