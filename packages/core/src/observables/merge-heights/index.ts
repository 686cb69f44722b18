import { z } from "zod";
import { singleLinkage } from "../../foundation/clustering/index.js";
import { InputError } from "../../foundation/errors/index.js";
import type { ObservablePlugin } from "../contract.js";
import { cloudAt } from "../shared/law-of.js";

const doc =
  "The n − 1 linking distances at which clusters of tokens become one under single linkage, ascending: at a distance r " +
  "there are 1 + #{heights > r} clusters. Geodesic (rad) on the sphere.";

/**
 * Heights of the single-linkage merge tree of the tokens. Along a run their number above r is the number of clusters, and
 * the depth at which one falls through r is a merge.
 * @throws incompatible (a level without tokens)
 * @cost n²/2 distances
 * @accuracy exact (foundation/clustering/single-linkage.test.ts)
 * @source theory.md §5
 */
export const mergeHeights: ObservablePlugin<Record<string, never>> = {
  name: "merge-heights",
  doc,
  source: "theory.md §5",
  unit: "rad",
  of: ["point-cloud"],
  params: z.strictObject({}),
  bind(_, { model, n }) {
    if (n === undefined) {
      throw new InputError({
        code: "incompatible",
        who: "observable merge-heights",
        rule: "it is the tree of finitely many tokens",
        got: "a level without tokens",
        fix: "Take the level particles or layers",
      });
    }
    return {
      shape: [n - 1],
      unit: "rad",
      doc,
      measure(_t, law, out) {
        const { m, d, points } = cloudAt(law, "merge-heights");
        const rows = Array.from({ length: m }, (_row, i) => points.subarray(i * d, i * d + d));
        const edges = singleLinkage(m, (i, j) => model.geometry.distance(rows[i]!, rows[j]!));
        edges.forEach(({ height }, k) => {
          out[k] = height;
        });
      },
    };
  },
};
