import { z } from "zod";
import { singleLinkage } from "../../foundation/clustering/index.js";
import type { Geometry } from "../../geometry/contract.js";
import type { PointCloud } from "../../laws/contract.js";
import type { ObservablePlugin } from "../contract.js";
import { cloudAt } from "../shared/law-of.js";

interface ClusterParameters {
  readonly radius: number;
}

const doc =
  "Number of clusters under single linkage: tokens within the radius are one cluster. On the sphere the radius is a " +
  "geodesic distance (rad); in flat space it is relative to the root mean square length of the tokens.";

/** The length that the radius is measured in: 1 on a curved manifold, (∫|x|²dμ)^½ in flat space. */
function scaleOf({ m, d, points, weights }: PointCloud, geometry: Geometry): number {
  if (!geometry.flat) return 1;
  let sum = 0;
  for (let i = 0; i < m; i++) for (let a = 0; a < d; a++) sum += weights[i]! * points[i * d + a]! ** 2;
  return Math.sqrt(sum);
}

/** Clusters of the points that have weight. */
function countClusters({ m, d, points, weights }: PointCloud, geometry: Geometry, reach: number): number {
  const rows: Float64Array[] = [];
  for (let i = 0; i < m; i++) if (weights[i]! > 0) rows.push(points.subarray(i * d, i * d + d));
  const edges = singleLinkage(rows.length, (i, j) => geometry.distance(rows[i]!, rows[j]!));
  return rows.length - edges.filter(({ height }) => height <= reach).length;
}

/**
 * The number of connected components of the graph {i ~ j: dist(x_i, x_j) ≤ r·ℓ}, ℓ = 1 on the sphere and
 * ℓ = (∫|x|²dμ)^½ in flat space, where clouds grow and shrink without bound: there the count does not depend on scale.
 * @cost m²/2 distances, memory O(m)
 * @accuracy exact, but for pairs at the radius to rounding (cluster-count/index.test.ts)
 * @source theory.md §3 and §5
 */
export const clusterCount: ObservablePlugin<ClusterParameters> = {
  name: "cluster-count",
  doc,
  source: "theory.md §3, §5",
  unit: "1",
  of: ["point-cloud"],
  params: z.strictObject({
    radius: z
      .number()
      .min(0)
      .default(0.01)
      .meta({ symbol: "r", unit: "rad", doc: "linking distance: rad on the sphere, relative in flat space" }),
  }),
  bind: ({ radius }, { model }) => ({
    shape: [],
    unit: "1",
    doc,
    measure(_t, law, out) {
      const cloud = cloudAt(law, "cluster-count");
      out[0] = countClusters(cloud, model.geometry, radius * scaleOf(cloud, model.geometry));
    },
  }),
};
