import type { Model } from "../../model/index.js";
import { type Calculus, type Problem, withSphereNoise } from "../../solve/index.js";

/** Whether the field is projected on the tangent space (a flow) or not (a layer, which normalises afterwards). */
export type Projection = "tangent" | "ambient";

/** σ(t) dW on every number of the state: the same in both calculi. */
function withAdditiveNoise(problem: Problem, size: number, sigma: (t: number) => number): Problem {
  return {
    ...problem,
    diffusion: {
      noiseDimension: size,
      kind: "additive",
      calculus: "ito",
      apply(t, _y, increment, out) {
        const strength = sigma(t);
        for (let k = 0; k < size; k++) out[k] = strength * increment[k]!;
      },
    },
  };
}

/**
 * The problem of n tokens with the noise of the model: σP_x ∘ dW_i of a flow on the sphere, σ dW_i in R^d and in layers,
 * which normalise afterwards. Number i·d + a of W drives coordinate a of token i on every level, so that one seed is one
 * path for all of them.
 *
 * @param calculus in which sense the method means noise on the sphere
 * @source theory.md §3
 */
export function withTokenNoise(
  problem: Problem,
  { noise, geometry }: Model,
  { m: n, d }: { readonly m: number; readonly d: number },
  projection: Projection,
  calculus: Calculus,
): Problem {
  if (noise.traits.tokens === "none") return problem;
  const sigma = (t: number) => noise.sigma(t);
  if (geometry.flat || projection === "ambient") return withAdditiveNoise(problem, n * d, sigma);
  return withSphereNoise(problem, { offset: 0, n, d }, sigma, calculus);
}
