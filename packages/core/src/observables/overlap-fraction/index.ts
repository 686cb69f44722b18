import { z } from "zod";
import type { ObservablePlugin } from "../contract.js";
import { cloudAt } from "../shared/law-of.js";
import { eachOverlapRow } from "../shared/overlaps.js";

interface FractionParameters {
  readonly above: number;
}

const doc =
  "Fraction of the pairs i ≠ j whose overlap ⟨x_i, x_j⟩/(|x_i||x_j|) is above a threshold; 1 for a single token.";

/**
 * Share of the pairs i < j (by w_i w_j) with cos(x_i, x_j) > above.
 * @throws SolveError not-finite (a token of length 0 has no overlap)
 * @cost m²d/2 multiply-adds, memory O(m·d)
 * @accuracy overlaps to 1e-15, so a pair at the threshold may fall on either side (overlap-fraction/index.test.ts)
 * @source theory.md §3 and §4
 */
export const overlapFraction: ObservablePlugin<FractionParameters> = {
  name: "overlap-fraction",
  doc,
  source: "theory.md §3, §4",
  unit: "1",
  of: ["point-cloud"],
  params: z.strictObject({
    above: z
      .number()
      .min(-1)
      .max(1)
      .default(0.999)
      .meta({ unit: "1", doc: "threshold", slider: [-1, 1, 0.001] }),
  }),
  bind: ({ above }) => ({
    shape: [],
    unit: "1",
    doc,
    measure(_t, law, out) {
      const cloud = cloudAt(law, "overlap-fraction");
      const { m, weights } = cloud;
      let sum = 0;
      const total = eachOverlapRow(cloud, "overlap-fraction", (i, row) => {
        let mass = 0;
        // In the order in which the total is summed: the share of all pairs is 1, not its neighbour.
        for (let j = m - 1; j > i; j--) if (row[j]! > above) mass += weights[j]!;
        sum += weights[i]! * mass;
      });
      out[0] = total === 0 ? 1 : sum / total;
    },
  }),
};
