import { SolveError } from "../../foundation/errors/index.js";
import type { PointCloud } from "../../laws/contract.js";

/**
 * The directions x_i/|x_i| of a cloud, shape [m, d].
 * @throws SolveError not-finite, when a token has length 0 or is not finite: it has no direction
 * @cost O(m·d)
 */
export function directionsOf({ m, d, points }: PointCloud, who: string): Float64Array {
  const out = new Float64Array(m * d);
  for (let i = 0; i < m; i++) {
    let largest = 0;
    for (let a = 0; a < d; a++) largest = Math.max(largest, Math.abs(points[i * d + a]!));
    if (!(largest > 0 && largest < Number.POSITIVE_INFINITY)) {
      throw new SolveError({
        code: "not-finite",
        who: `observable ${who}`,
        rule: "every token needs a direction, so a positive finite length",
        got: `token ${i} with greatest coordinate ${largest}`,
        fix: "Measure it on the sphere, or before the tokens collapse or blow up",
        details: { token: i },
      });
    }
    let square = 0;
    for (let a = 0; a < d; a++) square += (points[i * d + a]! / largest) ** 2;
    const length = Math.sqrt(square);
    for (let a = 0; a < d; a++) out[i * d + a] = points[i * d + a]! / largest / length;
  }
  return out;
}

/**
 * Calls `visit(overlap, mass)` for every pair i < j, mass = w_i w_j. Overlaps may leave [−1, 1] by rounding.
 * @returns the mass of all pairs; 0 for a single token
 * @cost m²d/2 multiply-adds, memory O(m·d)
 */
export function eachOverlap(cloud: PointCloud, who: string, visit: (overlap: number, mass: number) => void): number {
  const { m, d, weights } = cloud;
  const unit = directionsOf(cloud, who);
  let total = 0;
  for (let i = 0; i < m; i++) {
    for (let j = i + 1; j < m; j++) {
      let overlap = 0;
      for (let a = 0; a < d; a++) overlap += unit[i * d + a]! * unit[j * d + a]!;
      const mass = weights[i]! * weights[j]!;
      total += mass;
      visit(overlap, mass);
    }
  }
  return total;
}
