import { z } from "zod";
import type { PointBatch } from "../../foundation/backend/index.js";
import type { PointCloud } from "../../laws/contract.js";
import type { Observable, ObservablePlugin } from "../contract.js";
import { cloudAt } from "../shared/law-of.js";
import { eachOverlapRow } from "../shared/overlaps.js";

interface FractionParameters {
  readonly above: number;
}

const doc =
  "Fraction of the pairs i ≠ j whose overlap ⟨x_i, x_j⟩/(|x_i||x_j|) is above a threshold; 1 for a single token.";

/** One system of a batch as a cloud. */
function systemOf({ m, d, points, weights }: PointBatch, k: number): PointCloud {
  return { kind: "point-cloud", m, d, points: points.subarray(k * m * d, (k + 1) * m * d), weights };
}

/** Σ_{i<j} w_i w_j, in the order in which the aligned ones are summed: the share of all pairs is 1, not its neighbour. */
function pairMass(weights: Float64Array): number {
  let [after, total] = [0, 0];
  for (let i = weights.length - 1; i >= 0; i--) {
    total += weights[i]! * after;
    after += weights[i]!;
  }
  return total;
}

/** Σ_{i<j} w_i w_j [cos(x_i, x_j) > above]: the definition of RowOperations.alignedPairs. */
function alignedMass(cloud: PointCloud, above: number): number {
  const { m, weights } = cloud;
  let sum = 0;
  eachOverlapRow(cloud, "overlap-fraction", (i, row) => {
    let mass = 0;
    for (let j = m - 1; j > i; j--) if (row[j]! > above) mass += weights[j]!;
    sum += weights[i]! * mass;
  });
  return sum;
}

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
  bind: ({ above }, { model }) => {
    const alone = new Float64Array(1);
    const measureEach: NonNullable<Observable["measureEach"]> = (_t, batch, out) => {
      const pairs = pairMass(batch.weights);
      const known = model.rows?.alignedPairs(batch, above, out) === true;
      for (let k = 0; k < batch.count; k++) {
        const mass = known ? out[k]! : alignedMass(systemOf(batch, k), above);
        out[k] = pairs === 0 ? 1 : mass / pairs;
      }
    };
    return {
      shape: [],
      unit: "1",
      doc,
      measure(t, law, out) {
        const { m, d, points, weights } = cloudAt(law, "overlap-fraction");
        measureEach(t, { count: 1, m, d, points, weights }, alone);
        out[0] = alone[0]!;
      },
      measureEach,
    };
  },
};
