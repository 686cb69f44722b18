import type { KernelDescription } from "../../foundation/backend/index.js";
import { svd } from "../../foundation/linear-algebra/index.js";
import type { Model } from "../../model/index.js";
import type { AnalysisPlugin } from "../contract.js";
import { type Lipschitz, lipschitzOf } from "./constants.js";

const normOf = (matrix: Float64Array, d: number): number => svd(matrix, d, d).s[0]!;

const exponential = (kernel: KernelDescription | undefined): boolean =>
  kernel?.weight === "exponential" || kernel?.weight === "shifted-exponential";

/** The sum over heads and affine feed-forwards at depth t. */
function constantsOf(model: Model, t: number): Lipschitz {
  const { d } = model;
  let [position, law] = [0, 0];
  for (const one of model.attention) {
    const { weight, normalisation, heads } = one.kernel!(t);
    for (const { beta, queryKey, value } of heads) {
      const scale = weight === "shifted-exponential" ? Math.exp(-beta) : 1;
      const score = Math.abs(beta) * normOf(queryKey, d);
      const found = lipschitzOf({ score, value: normOf(value, d), normalisation, scale });
      position += found.position;
      law += found.law;
    }
  }
  for (const one of model.feedforward) {
    const { W, b } = one.affine!(t);
    // |PWξ − ⟨x, Wx + b⟩ξ|.
    position += 2 * normOf(W, d) + Math.hypot(...b);
  }
  return { position, law };
}

/**
 * The constant of W(μ_t, ν_t) ≤ e^{Ct}W(μ_0, ν_0) (Dobrushin) on the sphere, for W₁ and W₂ of the geodesic distance:
 * C = sup_x-slope + sup_μ-slope of the velocity. It grows like e^{2β}; what `compare` measures from one pair of laws is a
 * bound from below.
 *
 * @cost two SVDs a head
 * @accuracy slopes by differences, and pairs of clouds (analysis/dobrushin/index.test.ts)
 * @source arXiv 2501.18322, theory.md §1 (the statement); the constants: derived
 */
export const dobrushin: AnalysisPlugin = {
  name: "dobrushin",
  doc: "How fast two laws may draw apart on the sphere: a constant of W(t) ≤ e^{Ct}W(0).",
  source: "arXiv 2501.18322, theory.md §1",
  obstacle({ model, span }) {
    if (model.geometry.flat) return "the constant grows with the radius of the support, which is bounded on the sphere";
    if (!model.mask.dense) return `under the mask ${model.mask.name} laws are compared position by position`;
    if (model.attention.length === 0) return "without attention there is no law to compare";
    const other = model.attention.find((one) => !exponential(one.kernel?.(span[0])));
    if (other !== undefined) return `no constant is known here for ${other.name} attention`;
    const bent = model.feedforward.find((one) => one.affine === undefined);
    return bent === undefined ? undefined : `no constant is known here for the feed-forward ${bent.name}`;
  },
  analyze({ model, span }) {
    const pieces = [span[0], ...model.breakpoints.filter((t) => t > span[0] && t < span[1])].map((t) =>
      constantsOf(model, t),
    );
    const worst = pieces.reduce((a, b) => (b.position + b.law > a.position + a.law ? b : a));
    const constant = worst.position + worst.law;
    return {
      ...(Number.isFinite(constant)
        ? {
            verdict: "continuous in the law",
            constant,
            slopeInPosition: worst.position,
            slopeInLaw: worst.law,
          }
        : { verdict: "constant beyond float64" }),
      certificate: {
        method: "Lipschitz constants of the velocity along geodesics and along couplings",
        holdsFor: "W₁ and W₂ of the geodesic distance, every pair of laws on the sphere",
        over: pieces.length === 1 ? "all depths" : "the worst piece of the schedule",
      },
    };
  },
};
