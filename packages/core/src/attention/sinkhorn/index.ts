import { z } from "zod";
import { type KernelDescription, type KernelHead, withReference } from "../../foundation/backend/index.js";
import { InputError } from "../../foundation/errors/index.js";
import { ownLinearAlgebra } from "../../foundation/linear-algebra/index.js";
import type { Mask } from "../../masks/contract.js";
import type { Attention, AttentionPlugin, AttentionTraits } from "../contract.js";
import { affineHeads, finiteMoments } from "../shared/affine-heads.js";
import { bindHeads, completeHeads, type HeadParameters, headParametersOf, type ScoreScale } from "../shared/heads.js";
import { conditionalCovariance, gaussianPotential } from "./gaussian.js";
import { findPotentials, scalingKernel, scoreMatrix } from "./potentials.js";
import type { ScalingLimits } from "./scaling.js";

const traits: AttentionTraits = { weights: "probability", smooth: true, gaussianClosed: true, denseOnly: true };

const scale: ScoreScale = {
  key: "epsilon",
  symbol: "ε",
  doc: "regularisation of the scores ⟨Qx, Ky⟩/ε, positive; also the prefactor 1/ε",
  positive: true,
  toBeta: (epsilon) => 1 / epsilon,
};

interface SinkhornParameters extends HeadParameters, ScalingLimits {}

/** The heads of one depth with room for potentials of m keys: made once for each. */
interface ScaledHeads {
  readonly heads: readonly KernelHead[];
  readonly m: number;
  /** Of each head, shape [m]: what the kernel reads. */
  readonly potentials: readonly Float64Array[];
  readonly kernel: KernelDescription;
}

function scaleHeads(heads: readonly KernelHead[], m: number): ScaledHeads {
  const potentials = heads.map(() => new Float64Array(m));
  const scaled = heads.map((head, h) => ({ ...head, keyPotential: potentials[h]! }));
  return { heads, m, potentials, kernel: { ...scalingKernel, heads: scaled } };
}

function requireDense(mask: Mask): void {
  if (mask.dense) return;
  throw new InputError({
    code: "incompatible",
    who: "sinkhorn attention",
    rule: "rows and columns both sum to 1 only where every token sees every token",
    got: `the mask ${mask.name}`,
    fix: "Take mask: none, or softmax attention",
  });
}

/**
 * Γ_μ(x) = Σ_h (1/ε) ∫ V y K^∞(x, y) dμ(y), K^∞ = e^{f(x) + ⟨Qx,Ky⟩/ε + g(y)} the scaling of e^{⟨Qx,Ky⟩/ε} whose rows and
 * columns have mass 1 against μ; on n tokens n times a doubly stochastic matrix. `source` decides g; f makes the row of
 * every query sum to 1, wherever it stands. `logPartition` is −f, with ∫f dμ = ∫g dμ.
 * On N(m, Σ): B = Σ_h (1/ε)VG, c = Σ_h (1/ε)V(m − Gm), G = SA/ε with S of `conditionalCovariance`.
 *
 * @throws SolveError no-convergence, with the marginal error reached; InputError incompatible (a mask)
 * @cost particles: two sweeps without values an iteration, tens of iterations; below that Newton's method, m³ an
 *   iteration, for m ≤ 1024 (docs/theory.md §1); Gaussian: about
 *   40d³ multiply-adds a head
 * @accuracy Gaussian closure by its marginals and precision block to 1e-12; attention/sinkhorn
 * @source arXiv 2501.18322, theory.md §1 and §2
 */
export const sinkhorn: AttentionPlugin<SinkhornParameters> = {
  name: "sinkhorn",
  doc: "Sinkhorn self-attention: e^{⟨Qx,Ky⟩/ε} scaled until rows and columns sum to 1, with the prefactor 1/ε.",
  source: "arXiv 2501.18322, theory.md §1",
  traits,
  params: z.strictObject({
    ...headParametersOf(scale),
    tolerance: z
      .number()
      .min(1e-15)
      .max(0.1)
      .default(1e-10)
      .meta({ unit: "1", doc: "greatest total mass by which the columns may be wrong; rows are exact" }),
    maxIterations: z
      .number()
      .int()
      .min(1)
      .default(1000)
      .meta({ unit: "1", doc: "most iterations for one field; a scaling that needs more ends the run as failed" }),
  }),
  complete: completeHeads,
  bind(params, context, backend): Attention {
    const { d } = context;
    const heads = bindHeads(params, context, "sinkhorn", { scale, prefactor: (beta) => beta });
    const whole = withReference(backend);
    const { matMul } = backend.linearAlgebra ?? ownLinearAlgebra;
    const putHead = affineHeads(d, matMul);
    const potentials = findPotentials(whole, params);
    let scaled = scaleHeads([], 0);
    const gain = new Float64Array(d * d);
    const shift = new Float64Array(d);
    return {
      name: "sinkhorn",
      traits,
      heads: heads.count,
      breakpoints: heads.breakpoints,
      beta: (t, head) => heads.at(t)[head]!.beta,
      fieldAt(source, queries, mask, t, out) {
        requireDense(mask);
        const now = heads.at(t);
        if (scaled.heads !== now || scaled.m !== source.m) scaled = scaleHeads(now, source.m);
        for (let h = 0; h < now.length; h++) scaled.potentials[h]!.set(potentials(source, now[h]!, h));
        whole.field(scaled.kernel, source, queries, mask, out);
      },
      gaussianField(mean, cov, t, out) {
        if (!finiteMoments(mean, cov, out)) return;
        for (const [h, head] of heads.at(t).entries()) {
          const H = scoreMatrix(head);
          const conditional = conditionalCovariance(cov, H, d);
          if (conditional === undefined) {
            gain.fill(Number.NaN);
          } else matMul(conditional, H, d, d, d, gain);
          for (let a = 0; a < d; a++) {
            shift[a] = mean[a]!;
            for (let b = 0; b < d; b++) shift[a]! -= gain[a * d + b]! * mean[b]!;
          }
          putHead(out, h, head.value, gain, shift);
        }
      },
      gaussianScores: (mean, cov, t) =>
        heads.at(t).map((head) => {
          const H = scoreMatrix(head);
          const potential = gaussianPotential(mean, cov, H, d);
          if (potential === undefined) return { L: H };
          const { M, linear } = potential;
          const l = linear.map((entry, a) => {
            let sum = -entry;
            for (let b = 0; b < d; b++) sum += M[a * d + b]! * mean[b]!;
            return sum;
          });
          return { M, L: H, l };
        }),
    };
  },
};
