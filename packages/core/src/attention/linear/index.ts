import { z } from "zod";
import { ownLinearAlgebra } from "../../foundation/linear-algebra/index.js";
import type { Attention, AttentionPlugin, AttentionTraits } from "../contract.js";
import { affineHeads } from "../shared/affine-heads.js";
import { bindHeads, completeHeads, type HeadParameters, headParameters } from "../shared/heads.js";
import { kernelAttention } from "../shared/kernel-attention.js";

const traits: AttentionTraits = { weights: "signed", smooth: true, gaussianClosed: true };

/**
 * Γ_μ(x) = Σ_h ∫ V y β⟨Qx, Ky⟩ dμ(y) = Σ_h V(∫yyᵀdμ)A_h x with A_h = β_h K_hᵀQ_h: it sees the second moments of the
 * law and nothing else. On N(m, Σ): B = Σ_h V(Σ + mmᵀ)A_h, c = 0.
 * On n tokens ∫dμ is (1/n)Σ over all n, also under a mask.
 *
 * @cost particles: see the reference backend; Gaussian: heads × 2d³ multiply-adds
 * @accuracy Gaussian closure to 1e-12 of Gauss–Hermite quadrature; attention/contract.test.ts
 * @source arXiv 2501.18322, theory.md §1 and §2
 */
export const linear: AttentionPlugin<HeadParameters> = {
  name: "linear",
  doc: "Linear self-attention: weights β⟨Qx,Ky⟩/n, without exponential and without normalisation.",
  source: "arXiv 2501.18322, theory.md §1",
  traits,
  params: z.strictObject(headParameters),
  complete: completeHeads,
  bind(params, context, backend): Attention {
    const { d } = context;
    const heads = bindHeads(params, context, "linear");
    const { matMul } = backend.linearAlgebra ?? ownLinearAlgebra;
    const putHead = affineHeads(d, matMul);
    const second = new Float64Array(d * d);
    const gain = new Float64Array(d * d);
    const zero = new Float64Array(d);
    return {
      ...kernelAttention("linear", traits, { weight: "linear", normalisation: "mass" }, heads, backend),
      gaussianField(mean, cov, t, out) {
        for (const [h, { beta, queryKey, value }] of heads.at(t).entries()) {
          for (let a = 0; a < d; a++) {
            for (let b = 0; b < d; b++) second[a * d + b] = beta * (cov[a * d + b]! + mean[a]! * mean[b]!);
          }
          matMul(second, queryKey, d, d, d, gain);
          putHead(out, h, value, gain, zero);
        }
      },
    };
  },
};
