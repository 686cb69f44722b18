import { z } from "zod";
import type { NormalizationPlugin } from "../contract.js";

/** s = 1, ṙ = 0: x⁺ = r·N(θ + τA). @source theory.md §3 */
export const postLn: NormalizationPlugin<Record<string, never>> = {
  name: "post-ln",
  doc: "Post-LN: the sum of token and branch is normalised; the direction moves at speed 1.",
  source: "theory.md §3",
  params: z.strictObject({}),
  bind: () => ({ name: "post-ln", identity: false, keepsLength: () => true, gain: (_t, r) => r, breakpoints: [] }),
};
