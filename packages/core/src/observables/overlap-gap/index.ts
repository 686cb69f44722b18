import { z } from "zod";
import type { ObservablePlugin } from "../contract.js";
import { cloudAt } from "../shared/law-of.js";
import { directionsOf } from "../shared/overlaps.js";

const doc =
  "Mean of 1 − cos(x_i, x_j) over all pairs i ≠ j, to relative precision near one cluster; 0 for a single token.";

/**
 * Σ_{i<j} w_i w_j ½|u_i − u_j|² / Σ_{i<j} w_i w_j with u = x/|x|: 1 − ρ of equiangular tokens, by differences, so that no
 * digit is lost where all directions agree.
 * @throws SolveError not-finite (a token of length 0 has no direction)
 * @cost m²d/2 multiply-adds, memory O(m·d)
 * @accuracy 1e-14 + 1e-15/√gap, relative (overlap-gap/index.test.ts)
 * @source theory.md §3 (how 1 − ρ decays)
 */
export const overlapGap: ObservablePlugin<Record<string, never>> = {
  name: "overlap-gap",
  doc,
  source: "theory.md §3",
  unit: "1",
  of: ["point-cloud"],
  params: z.strictObject({}),
  bind: () => ({
    shape: [],
    unit: "1",
    doc,
    measure(_t, law, out) {
      const cloud = cloudAt(law, "overlap-gap");
      const { m, d, weights } = cloud;
      const unit = directionsOf(cloud, "overlap-gap");
      let [sum, total, after] = [0, 0, 0];
      for (let i = m - 1; i >= 0; i--) {
        let row = 0;
        for (let j = i + 1; j < m; j++) {
          let square = 0;
          for (let a = 0; a < d; a++) square += (unit[i * d + a]! - unit[j * d + a]!) ** 2;
          row += weights[j]! * square;
        }
        sum += 0.5 * weights[i]! * row;
        total += weights[i]! * after;
        after += weights[i]!;
      }
      out[0] = total === 0 ? 0 : sum / total;
    },
  }),
};
