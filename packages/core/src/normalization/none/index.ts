import { z } from "zod";
import type { NormalizationPlugin } from "../contract.js";

/** ẋ = A. @source theory.md §3 */
export const none: NormalizationPlugin<Record<string, never>> = {
  name: "none",
  doc: "No normalisation; with geometry sphere, post-LN on unit tokens.",
  source: "theory.md §3",
  params: z.strictObject({}),
  bind: () => ({ name: "none", identity: true, keepsLength: () => false, gain: () => 1, breakpoints: [] }),
};
