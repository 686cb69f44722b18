import { z } from "zod";
import type { FeedforwardPlugin, FeedforwardTraits } from "../contract.js";

const traits: FeedforwardTraits = { affine: true, gradient: true };

/** f(x) = 0: attention alone. */
export const none: FeedforwardPlugin<Record<string, never>> = {
  name: "none",
  doc: "No feed-forward: attention alone.",
  source: "theory.md §1",
  traits,
  params: z.strictObject({}),
  bind(_params, { d }) {
    const zero = { W: new Float64Array(d * d), b: new Float64Array(d) };
    return { name: "none", traits, breakpoints: [], addTo: () => {}, affine: () => zero };
  },
};
