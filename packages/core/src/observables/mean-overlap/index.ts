import { z } from "zod";
import type { ObservablePlugin } from "../contract.js";
import { cloudAt } from "../shared/law-of.js";
import { eachOverlapRow } from "../shared/overlaps.js";

const doc = "Mean overlap ⟨x_i, x_j⟩/(|x_i||x_j|) over all pairs i ≠ j; 1 for a single token.";

/**
 * Σ_{i<j} w_i w_j cos(x_i, x_j) / Σ_{i<j} w_i w_j.
 * @throws SolveError not-finite (a token of length 0 has no overlap)
 * @cost m²d/2 multiply-adds, memory O(m·d)
 * @accuracy 1e-14 (mean-overlap/index.test.ts)
 * @source theory.md §3 (equiangular ρ) and §5
 */
export const meanOverlap: ObservablePlugin<Record<string, never>> = {
  name: "mean-overlap",
  doc,
  source: "theory.md §3, §5",
  unit: "1",
  of: ["point-cloud"],
  params: z.strictObject({}),
  bind: () => ({
    shape: [],
    unit: "1",
    doc,
    measure(_t, law, out) {
      const cloud = cloudAt(law, "mean-overlap");
      const { m, weights } = cloud;
      let sum = 0;
      const total = eachOverlapRow(cloud, "mean-overlap", (i, row) => {
        let inner = 0;
        for (let j = i + 1; j < m; j++) inner += weights[j]! * row[j]!;
        sum += weights[i]! * inner;
      });
      out[0] = total === 0 ? 1 : sum / total;
    },
  }),
};
