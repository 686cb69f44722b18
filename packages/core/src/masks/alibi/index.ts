import { z } from "zod";
import type { MaskPlugin } from "../contract.js";

interface AlibiParameters {
  readonly rate: number;
}

/** A query at position s sees the keys at s' ≤ s with weight e^{−λ(s − s')}. */
export const alibi: MaskPlugin<AlibiParameters> = {
  name: "alibi",
  doc: "A token sees itself and what stands before it, the farther the less: weight e^{−λ(s − s')} (ALiBi).",
  source: "theory.md §1 and §3",
  params: z.strictObject({
    rate: z
      .number()
      .nonnegative()
      .meta({ symbol: "λ", unit: "1", doc: "decay of the weight over the whole context", slider: [0, 10, 0.1] }),
  }),
  bind: ({ rate }) => ({
    name: "alibi",
    dense: false,
    decay: rate,
    logWeight: (query, key) => (key <= query ? rate * (key - query) : Number.NEGATIVE_INFINITY),
  }),
};
