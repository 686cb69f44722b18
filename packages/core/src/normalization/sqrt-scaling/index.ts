import { z } from "zod";
import type { NormalizationPlugin } from "../contract.js";

/** s = √(t+1), ṙ = 0: x⁺ = r·N(θ + τA/√(t+1)). @source theory.md §3 */
export const sqrtScaling: NormalizationPlugin<Record<string, never>> = {
  name: "sqrt-scaling",
  doc: "Post-LN with the branch scaled by 1/√(t+1).",
  source: "theory.md §3",
  params: z.strictObject({}),
  bind: () => ({
    name: "sqrt-scaling",
    identity: false,
    keepsLength: () => true,
    gain: (t, r) => r / Math.sqrt(t + 1),
    breakpoints: [],
  }),
};
