import { z } from "zod";
import type { NoisePlugin, NoiseTraits } from "../contract.js";

const traits: NoiseTraits = { tokens: "none" };

/** σ = 0: tokens follow the drift alone. @source theory.md §1 */
export const none: NoisePlugin<Record<string, never>> = {
  name: "none",
  doc: "No noise: tokens follow the drift alone.",
  source: "theory.md §1",
  traits,
  params: z.strictObject({}),
  bind: () => ({ name: "none", traits, breakpoints: [], sigma: () => 0 }),
};
