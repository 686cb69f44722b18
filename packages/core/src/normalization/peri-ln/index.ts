import { z } from "zod";
import type { NormalizationPlugin } from "../contract.js";

/** s = r|A|, ṙ = ⟨θ, A⟩/|A|: x⁺ = x + τA/|A|. @source theory.md §3 */
export const periLn: NormalizationPlugin<Record<string, never>> = {
  name: "peri-ln",
  doc: "Peri-LN: the branch is normalised before and after; lengths grow at most linearly.",
  source: "theory.md §3",
  params: z.strictObject({}),
  bind: () => ({
    name: "peri-ln",
    identity: false,
    keepsLength: () => false,
    gain: (_t, _r, size) => 1 / size,
    breakpoints: [],
  }),
};
