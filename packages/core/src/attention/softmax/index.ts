import { z } from "zod";
import { ownLinearAlgebra } from "../../foundation/linear-algebra/index.js";
import type { Attention, AttentionPlugin, AttentionTraits, RiccatiTerm } from "../contract.js";
import { affineHeads } from "../shared/affine-heads.js";
import { type BoundHeads, bindHeads, completeHeads, type HeadParameters, headParameters } from "../shared/heads.js";
import { kernelAttention } from "../shared/kernel-attention.js";

const traits: AttentionTraits = { weights: "probability", smooth: true, gaussianClosed: true, gradientOf: "twisted" };

/** A_h = β_h K_hᵀQ_h and V_h for each head, made once per smooth piece of the schedules. */
function riccatiTerms(heads: BoundHeads): (t: number) => readonly RiccatiTerm[] {
  const cache = new Map<ReturnType<BoundHeads["at"]>, readonly RiccatiTerm[]>();
  return (t) => {
    const now = heads.at(t);
    let terms = cache.get(now);
    if (terms === undefined) {
      terms = now.map((head) => ({ A: head.queryKey.map((entry) => head.beta * entry), V: head.value }));
      cache.set(now, terms);
    }
    return terms;
  };
}

/**
 * Γ_μ(x) = Σ_h ∫ V y e^{β⟨Qx,Ky⟩} dμ(y) / ∫ e^{β⟨Qx,Ky⟩} dμ(y).
 * On N(m, Σ): B = Σ_h V_hΣA_h, c = Σ_h V_h m, with A_h = β_h K_hᵀQ_h.
 *
 * @cost particles: see the reference backend; Gaussian: heads × 2d³ multiply-adds
 * @accuracy Gaussian closure to 1e-12 of Gauss–Hermite quadrature; attention/contract.test.ts
 * @source arXiv 2501.18322 and 2606.07600, theory.md §1 and §2
 */
export const softmax: AttentionPlugin<HeadParameters> = {
  name: "softmax",
  doc: "Softmax self-attention: a weighted mean of values, weights e^{β⟨Qx,Ky⟩} normalised over the visible tokens.",
  source: "arXiv 2501.18322, theory.md §1",
  traits,
  params: z.strictObject(headParameters),
  complete: completeHeads,
  bind(params, context, backend): Attention {
    const { d } = context;
    const heads = bindHeads(params, context, "softmax");
    const riccati = riccatiTerms(heads);
    const { matMul } = backend.linearAlgebra ?? ownLinearAlgebra;
    const putHead = affineHeads(d, matMul);
    const gain = new Float64Array(d * d);
    return {
      ...kernelAttention("softmax", traits, { weight: "exponential", normalisation: "partition" }, heads, backend),
      riccati,
      gaussianField(mean, cov, t, out) {
        const terms = riccati(t);
        for (let h = 0; h < terms.length; h++) {
          const { A, V } = terms[h]!;
          matMul(cov, A, d, d, d, gain);
          putHead(out, h, V, gain, mean);
        }
      },
      gaussianScores: (_mean, _cov, t) => riccati(t).map(({ A }) => ({ L: A })),
    };
  },
};
