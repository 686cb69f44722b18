import { z } from "zod";
import type { MaskPlugin } from "../contract.js";
import { contextLength, positionSlack } from "../shared/position.js";

interface PrefixParameters {
  readonly length: number;
}

/** A query at position s sees the keys at s' ≤ max(s, length). */
export const prefix: MaskPlugin<PrefixParameters> = {
  name: "prefix",
  doc: "Causal, but the tokens of the prefix s ≤ `length` see each other both ways (a prefix language model).",
  source: "derived from the causal mask of theory.md §1",
  params: z.strictObject({ length: contextLength("ℓ", "end of the prefix, as a part of the context") }),
  bind: ({ length }) => {
    const end = length + positionSlack;
    return {
      name: "prefix",
      dense: length >= 1,
      decay: 0,
      logWeight: (query, key) => (key <= query || key <= end ? 0 : Number.NEGATIVE_INFINITY),
    };
  },
};
