import { z } from "zod";
import type { LevelPlugin } from "../contract.js";
import { overlapLevel, overlapObstacle } from "../shared/overlap-level.js";

/**
 * n tokens with one common overlap stay so under attention that sees inner products only. For softmax
 * ρ̇ = 2e^{βρ}(1 − ρ)((n − 1)ρ + 1)/(e^β + (n − 1)e^{βρ}), for unnormalised attention with n in place of the denominator.
 *
 * @cost O(heads·d²) for each evaluation of the drift, whatever n
 * @accuracy the solver's tolerance; test/reductions.test.ts against the particles
 * @source theory.md §3
 */
export const equiangular: LevelPlugin<Record<string, never>> = {
  name: "equiangular",
  doc: "n equiangular tokens on the sphere, reduced to their common overlap: one scalar equation.",
  source: "theory.md §3",
  params: z.strictObject({}),
  obstacle: overlapObstacle,
  bind: (_params, context) => overlapLevel("equiangular", context),
};
