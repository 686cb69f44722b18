import { z } from "zod";
import type { MaskPlugin } from "../contract.js";
import { contextLength, positionSlack } from "../shared/position.js";

interface WindowParameters {
  readonly width: number;
}

/** A query at position s sees the keys at |s − s'| ≤ width, on both sides. */
export const window: MaskPlugin<WindowParameters> = {
  name: "window",
  doc: "A token sees the tokens within `width` of its position, before and after it (local attention).",
  source: "theory.md §1 (arXiv 2501.18322)",
  params: z.strictObject({
    width: contextLength("w", "greatest distance |s − s'| of a key seen, as a part of the context"),
  }),
  bind: ({ width }) => ({
    name: "window",
    dense: width >= 1,
    decay: 0,
    logWeight: (query, key) => (Math.abs(query - key) <= width + positionSlack ? 0 : Number.NEGATIVE_INFINITY),
  }),
};
