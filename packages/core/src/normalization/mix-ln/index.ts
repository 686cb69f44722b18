import { z } from "zod";
import type { NormalizationPlugin } from "../contract.js";

interface MixLnParameters {
  readonly switch: number;
}

/** Post-LN before the depth `switch`, pre-LN from there on. @source theory.md §3 */
export const mixLn: NormalizationPlugin<MixLnParameters> = {
  name: "mix-ln",
  doc: "Mix-LN: post-LN layers up to the depth `switch`, pre-LN layers after it.",
  source: "theory.md §3",
  params: z.strictObject({
    switch: z.number().nonnegative().meta({ symbol: "τ", unit: "depth", doc: "depth of the first pre-LN layer" }),
  }),
  bind: ({ switch: end }) => ({
    name: "mix-ln",
    identity: false,
    keepsLength: (t) => t < end,
    gain: (t, r) => (t < end ? r : 1),
    breakpoints: [end],
  }),
};
