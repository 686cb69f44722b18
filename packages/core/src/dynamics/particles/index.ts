import { z } from "zod";
import type { LevelPlugin } from "../contract.js";
import { tokenLevel, tokenObstacle } from "../shared/token-level.js";

/**
 * ẋ_i = P_{x_i}[±Γ_{μⁿ}(x_i) + f(x_i)], i = 1..n: tokens as interacting particles in continuous depth.
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
  bind: (_params, { model, initial }) => tokenLevel("particles", model, initial, "tangent"),
};
