import { z } from "zod";
import type { NormalizationPlugin } from "../contract.js";

/** s = r, ṙ = ⟨θ, A⟩: x⁺ = x + τA. @source theory.md §3 */
export const preLn: NormalizationPlugin<Record<string, never>> = {
  name: "pre-ln",
  doc: "Pre-LN: the branch reads the normalised token; lengths grow and directions slow down.",
  source: "theory.md §3",
  params: z.strictObject({}),
  bind: () => ({ name: "pre-ln", identity: false, keepsLength: () => false, gain: () => 1, breakpoints: [] }),
};
