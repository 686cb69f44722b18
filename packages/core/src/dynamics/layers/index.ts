import { z } from "zod";
import { euler } from "../../methods/euler/index.js";
import { eulerMaruyama } from "../../methods/euler-maruyama/index.js";
import { layers as layerSteps } from "../../solve/index.js";
import type { LevelPlugin } from "../contract.js";
import { tokenLevel, tokenObstacle } from "../shared/token-level.js";

interface LayersParameters {
  readonly L: number;
}

/**
 * x⁺ = N(x + τ[±Γ_{μⁿ}(x) + f(x)] + σ√τ ξ), τ = T/L: the finite network itself, ξ standard normal of each layer and token
 * where the model has noise. N is x/|x| on the sphere, where this is a
 * post-LN layer, and the identity in R^d, where it is a residual layer without normalisation; under a normalisation of
 * the model the layer is that of normalization/contract.ts. Attention and
 * feed-forward act in parallel. Between two layers states are read off the straight line.
 *
 * @accuracy distance to the particles O(1/L); test/agreement.test.ts
 * @source arXiv 2501.18322, theory.md §1 and §3
 */
export const layers: LevelPlugin<LayersParameters> = {
  name: "layers",
  doc: "The finite network: L residual layers of step T/L, normalised on the sphere (post-LN).",
  source: "arXiv 2501.18322, theory.md §1",
  params: z.strictObject({
    L: z.number().int().min(1).default(200).meta({ symbol: "L", unit: "1", doc: "number of layers" }),
  }),
  obstacle: tokenObstacle,
  noise: ["independent"],
  bind({ L }, context) {
    const { model, span } = context;
    const still = model.noise.traits.tokens === "none";
    return {
      ...tokenLevel("layers", context, "ambient", (span[1] - span[0]) / L),
      own: { method: (still ? euler : eulerMaruyama).bind({}), stepping: layerSteps(L) },
    };
  },
};
