import { z } from "zod";
import { cloudOf, momentsOf } from "../../foundation/law/index.js";
import { requireRoom } from "../../foundation/parameters/index.js";
import type { LawPlugin } from "../contract.js";

interface TwoTokenParameters {
  readonly d: number;
  readonly overlap: number;
}

/** x_1 = e_1 and x_2 = u e_1 + √(1 − u²) e_2: two unit tokens with overlap u. */
export const twoToken: LawPlugin<TwoTokenParameters> = {
  name: "two-token",
  doc: "Two unit tokens with a given inner product: the start of the two-token reduction.",
  source: "theory.md §4 (arXiv 2604.26898)",
  seeded: false,
  params: z.strictObject({
    d: z.number().int().min(2).default(2).meta({ symbol: "d", unit: "1", doc: "dimension" }),
    overlap: z
      .number()
      .min(-1)
      .max(1)
      .default(0)
      .meta({ symbol: "u", unit: "1", doc: "inner product of the two tokens", slider: [-1, 1, 0.01] }),
  }),
  bind({ d, overlap }) {
    requireRoom("initial two-token", [2, d], "Lower d", { path: ["d"] });
    const points = new Float64Array(2 * d);
    points[0] = 1;
    points[d] = overlap;
    points[d + 1] = Math.sqrt((1 - overlap) * (1 + overlap));
    const cloud = cloudOf(points, 2, d);
    return { name: "two-token", d, n: 2, cloud: () => cloud, moments: () => momentsOf(cloud) };
  },
};
