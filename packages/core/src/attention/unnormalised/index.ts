import { z } from "zod";
import type { AttentionPlugin, AttentionTraits } from "../contract.js";
import { bindHeads, completeHeads, type HeadParameters, headParameters } from "../shared/heads.js";
import { kernelAttention } from "../shared/kernel-attention.js";

const traits: AttentionTraits = { weights: "positive", smooth: true, gaussianClosed: false, gradientOf: "energy" };

interface UnnormalisedParameters extends HeadParameters {
  readonly scaling?: "plain" | "shifted" | undefined;
}

/**
 * Γ_μ(x) = Σ_h ∫ V y e^{β⟨Qx,Ky⟩} dμ(y), or with e^{β(⟨Qx,Ky⟩−1)} when `scaling` is shifted: the same flow on the
 * time scale e^β. On n tokens ∫dμ is (1/n)Σ over all n, also under a mask.
 *
 * @source arXiv 2501.18322 and 2601.21366, theory.md §0 and §1
 */
export const unnormalised: AttentionPlugin<UnnormalisedParameters> = {
  name: "unnormalised",
  doc: "Unnormalised self-attention (USA): weights e^{β⟨Qx,Ky⟩}/n, a gradient ascent of the survey energy on the sphere.",
  source: "arXiv 2501.18322, theory.md §1",
  traits,
  params: z.strictObject({
    ...headParameters,
    scaling: z
      .enum(["plain", "shifted"])
      .default("plain")
      .meta({ doc: "plain: e^{βs}/n; shifted: e^{β(s−1)}/n, slower by the factor e^β", unit: "1" }),
  }),
  complete: completeHeads,
  bind(params, context, backend) {
    const heads = bindHeads(params, context, "unnormalised");
    const weight = params.scaling === "shifted" ? "shifted-exponential" : "exponential";
    return kernelAttention("unnormalised", traits, { weight, normalisation: "mass" }, heads, backend);
  },
};
