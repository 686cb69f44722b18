import { z } from "zod";
import type { KernelHead } from "../../foundation/backend/index.js";
import { type LinearAlgebra, ownLinearAlgebra, solveLinear } from "../../foundation/linear-algebra/index.js";
import { createWorkspace, type Workspace } from "../../foundation/workspace/index.js";
import type { Attention, AttentionPlugin, AttentionTraits } from "../contract.js";
import { affineHeads, finiteMoments } from "../shared/affine-heads.js";
import {
  bindHeads,
  completeHeads,
  type HeadParameters,
  headParametersOf,
  inverseTemperature,
  type ScoreScale,
} from "../shared/heads.js";
import { kernelAttention } from "../shared/kernel-attention.js";

const traits: AttentionTraits = { weights: "probability", smooth: true, gaussianClosed: true };

const scale: ScoreScale = {
  ...inverseTemperature,
  doc: "inverse temperature of the weights e^{−β|Qx−Ky|²}, positive",
  positive: true,
};

/** R[2βΣKᵀQ | m] with R = (I + 2βΣKᵀK)⁻¹: the mean of y given x is the first part times x plus the second. */
function conditionalMean(
  head: KernelHead,
  mean: Float64Array,
  cov: Float64Array,
  d: number,
  matMul: LinearAlgebra["matMul"],
  work: Workspace,
) {
  work.release(0);
  const system = work.floats(d * d);
  const product = work.floats(d * d);
  matMul(cov, head.keyGram!, d, d, d, system);
  for (let i = 0; i < d * d; i++) system[i]! *= 2 * head.beta;
  for (let i = 0; i < d; i++) system[i * d + i]! += 1;
  matMul(cov, head.queryKey, d, d, d, product);
  const right = work.floats(d * (d + 1));
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) right[i * (d + 1) + j] = 2 * head.beta * product[i * d + j]!;
    right[i * (d + 1) + d] = mean[i]!;
  }
  const solution = solveLinear(system, right, d, d + 1, work);
  const shift = work.floats(d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) product[i * d + j] = solution[i * (d + 1) + j]!;
    shift[i] = solution[i * (d + 1) + d]!;
  }
  return { gain: product, shift };
}

/**
 * Γ_μ(x) = Σ_h ∫ V y e^{−β|Qx−Ky|²} dμ(y) / ∫ e^{−β|Qx−Ky|²} dμ(y).
 * On N(m, Σ): B = Σ_h 2βV(I + 2βΣKᵀK)⁻¹ΣKᵀQ, c = Σ_h V(I + 2βΣKᵀK)⁻¹m. ΣKᵀK has no negative eigenvalue, so the inverse
 * exists for every PSD Σ, singular ones too.
 *
 * @cost particles: see the reference backend; Gaussian: heads × about 5d³ multiply-adds, O(d²) memory
 * @accuracy Gaussian closure to 1e-12 of Gauss–Hermite quadrature; attention/contract.test.ts
 * @source arXiv 2501.18322, theory.md §1 and §2
 */
export const l2: AttentionPlugin<HeadParameters> = {
  name: "l2",
  doc: "L2 self-attention: weights e^{−β|Qx−Ky|²}, normalised over the visible tokens.",
  source: "arXiv 2501.18322, theory.md §1",
  traits,
  params: z.strictObject(headParametersOf(scale)),
  complete: completeHeads,
  bind(params, context, backend): Attention {
    const { d } = context;
    const heads = bindHeads(params, context, "l2", { scale, grams: true });
    const { matMul } = backend.linearAlgebra ?? ownLinearAlgebra;
    const putHead = affineHeads(d, matMul);
    const work = createWorkspace();
    return {
      ...kernelAttention("l2", traits, { weight: "gaussian", normalisation: "partition" }, heads, backend),
      gaussianField(mean, cov, t, out) {
        if (!finiteMoments(mean, cov, out)) return;
        for (const [h, head] of heads.at(t).entries()) {
          const { gain, shift } = conditionalMean(head, mean, cov, d, matMul, work);
          putHead(out, h, head.value, gain, shift);
        }
      },
      gaussianScores: (_mean, _cov, t) =>
        heads.at(t).map(({ beta, queryKey, keyGram }) => ({
          M: keyGram!.map((entry) => 2 * beta * entry),
          L: queryKey.map((entry) => 2 * beta * entry),
        })),
    };
  },
};
