import { stream } from "../../foundation/random/index.js";
import type { PointCloud } from "../../laws/contract.js";

/**
 * `count` points that stand for a cloud, equal weights: systematic sampling of the weights after a random shuffle, so
 * that each point comes up count·w_i times up to rounding to a neighbouring integer, and never twice under equal
 * weights. The same seed and the same m take the same places.
 * @cost O(m + count·d)
 * @source derived
 */
export function thinCloud(cloud: PointCloud, count: number, seed: number): PointCloud {
  const { m, d, points, weights } = cloud;
  if (m <= count) return cloud;
  const random = stream({ seed, purpose: "energy-distance thinning" });
  const order = Uint32Array.from({ length: m }, (_, i) => i);
  for (let i = m - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  const offset = random.uniform();
  const out = new Float64Array(count * d);
  let [place, reached] = [0, weights[order[0]!]!];
  for (let k = 0; k < count; k++) {
    const level = (k + offset) / count;
    while (reached < level && place < m - 1) reached += weights[order[++place]!]!;
    const source = order[place]!;
    out.set(points.subarray(source * d, source * d + d), k * d);
  }
  return { kind: "point-cloud", m: count, d, points: out, weights: new Float64Array(count).fill(1 / count) };
}
