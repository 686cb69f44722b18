import { z } from "zod";
import type { LevelPlugin } from "../contract.js";
import { tokenLevel, tokenObstacle } from "../shared/token-level.js";

/**
 * dx_i = P_{x_i}[±Γ_{μⁿ}(x_i) + f(x_i)]dt + P_{x_i}σ ∘ dW_i, i = 1..n: tokens as interacting particles in continuous
 * depth; σ = 0 without noise.
 *
 * @cost one attention over n² pairs for each evaluation of the drift
 * @source arXiv 2501.18322, theory.md §1
 */
export const particles: LevelPlugin<Record<string, never>> = {
  name: "particles",
  doc: "n tokens as interacting particles in continuous depth.",
  source: "arXiv 2501.18322, theory.md §1",
  params: z.strictObject({}),
  obstacle: tokenObstacle,
  noise: ["independent"],
  bind: (_params, context) => tokenLevel("particles", context, "tangent"),
};
