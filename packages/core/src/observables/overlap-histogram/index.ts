import { z } from "zod";
import type { ObservablePlugin } from "../contract.js";
import { cloudAt } from "../shared/law-of.js";
import { eachOverlapRow } from "../shared/overlaps.js";

interface HistogramParameters {
  readonly bins: number;
}

const doc =
  "Histogram of the overlaps ⟨x_i, x_j⟩/(|x_i||x_j|) of all pairs i < j in equal bins on [−1, 1], as fractions that " +
  "sum to 1. A single token counts as overlap 1.";

/**
 * h_k = share of the pairs i < j (by w_i w_j) with overlap in [−1 + 2k/bins, −1 + 2(k + 1)/bins), the last bin closed.
 * @throws SolveError not-finite (a token of length 0 has no overlap)
 * @cost m²d/2 multiply-adds, memory O(m·d + bins)
 * @accuracy overlaps to 1e-15, so a pair at the edge of a bin may fall on either side (overlap-histogram/index.test.ts)
 * @source theory.md §4 and §5
 */
export const overlapHistogram: ObservablePlugin<HistogramParameters> = {
  name: "overlap-histogram",
  doc,
  source: "theory.md §4, §5 (arXiv 2604.26898)",
  unit: "1",
  of: ["point-cloud"],
  params: z.strictObject({
    bins: z
      .number()
      .int()
      .min(1)
      .default(40)
      .meta({ unit: "1", doc: "number of equal bins", slider: [10, 200, 10] }),
  }),
  bind: ({ bins }) => ({
    shape: [bins],
    unit: "1",
    doc,
    measure(_t, law, out) {
      out.fill(0);
      const cloud = cloudAt(law, "overlap-histogram");
      const { m, weights } = cloud;
      const total = eachOverlapRow(cloud, "overlap-histogram", (i, row) => {
        for (let j = i + 1; j < m; j++) {
          // ±1 exactly and its roundings belong to the outermost bins.
          const bin = Math.min(bins - 1, Math.max(0, Math.floor(((row[j]! + 1) / 2) * bins)));
          out[bin]! += weights[i]! * weights[j]!;
        }
      });
      if (total === 0) out[bins - 1] = 1;
      else for (let k = 0; k < bins; k++) out[k]! /= total;
    },
  }),
};
