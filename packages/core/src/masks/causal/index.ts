import { z } from "zod";
import type { MaskPlugin } from "../contract.js";

/** A query at position s sees the keys at s' ≤ s. */
export const causal: MaskPlugin<Record<string, never>> = {
  name: "causal",
  doc: "A token sees itself and what stands before it (a decoder).",
  source: "theory.md §1 (arXiv 2501.18322)",
  params: z.strictObject({}),
  bind: () => ({
    name: "causal",
    dense: false,
    decay: 0,
    logWeight: (query, key) => (key <= query ? 0 : Number.NEGATIVE_INFINITY),
  }),
};
