import { z } from "zod";
import type { LevelPlugin } from "../contract.js";
import { overlapLevel, overlapObstacle } from "../shared/overlap-level.js";

/**
 * Two tokens, u = ⟨x, y⟩: u̇ = 2(1 − u²)/(1 + e^{β(1−u)}) for softmax with V = I. Every pair of unit tokens is equiangular.
 *
 * @cost O(heads·d²) for each evaluation of the drift
 * @accuracy the solver's tolerance; test/reductions.test.ts against the particles
 * @source theory.md §4 (arXiv 2604.26898)
 */
export const twoToken: LevelPlugin<Record<string, never>> = {
  name: "two-token",
  doc: "Two tokens on the sphere, reduced to their overlap.",
  source: "theory.md §4 (arXiv 2604.26898)",
  params: z.strictObject({}),
  obstacle: (model, initial) =>
    initial.n === 2 ? overlapObstacle(model, initial) : `the law ${initial.name} does not have exactly two tokens`,
  bind: (_params, context) => overlapLevel("two-token", context),
};
