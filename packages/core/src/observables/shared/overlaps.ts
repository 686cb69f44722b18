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
    let plain = 0;
    for (let a = 0; a < d; a++) plain += points[i * d + a]! * points[i * d + a]!;
    if (plain > 1e-200 && plain < 1e200) {
      const scale = 1 / Math.sqrt(plain);
      for (let a = 0; a < d; a++) out[i * d + a] = scale * points[i * d + a]!;
      continue;
    }
    // The square may have left the range of float64: once more in units of the greatest coordinate.
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

/** row[j] = ⟨u_i, u_j⟩ for j > i; four at a time, each summed in the order of the coordinates. */
function overlapRow(unit: Float64Array, i: number, m: number, d: number, row: Float64Array): void {
  const p = i * d;
  let j = i + 1;
  for (; j + 4 <= m; j += 4) {
    const q0 = j * d;
    const q1 = q0 + d;
    const q2 = q1 + d;
    const q3 = q2 + d;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let a = 0; a < d; a++) {
      const x = unit[p + a]!;
      s0 += x * unit[q0 + a]!;
      s1 += x * unit[q1 + a]!;
      s2 += x * unit[q2 + a]!;
      s3 += x * unit[q3 + a]!;
    }
    row[j] = s0;
    row[j + 1] = s1;
    row[j + 2] = s2;
    row[j + 3] = s3;
  }
  for (; j < m; j++) {
    const q = j * d;
    let sum = 0;
    for (let a = 0; a < d; a++) sum += unit[p + a]! * unit[q + a]!;
    row[j] = sum;
  }
}

/**
 * Calls `visit(i, row)` for the tokens i = m − 1 … 0, with the overlaps row[j] = cos(x_i, x_j) of j > i; the rest of the
 * row is not set. Overlaps may leave [−1, 1] by rounding.
 * @returns Σ_{i<j} w_i w_j, the mass of all pairs; 0 for a single token
 * @throws SolveError not-finite (a token of length 0)
 * @cost m²d/2 multiply-adds, memory O(m·d)
 * @accuracy each overlap to (d + 4)·1.1e-16 (shared/overlaps.test.ts)
 */
export function eachOverlapRow(cloud: PointCloud, who: string, visit: (i: number, row: Float64Array) => void): number {
  const { m, d, weights } = cloud;
  const unit = directionsOf(cloud, who);
  const row = new Float64Array(m);
  let [after, total] = [0, 0];
  for (let i = m - 1; i >= 0; i--) {
    overlapRow(unit, i, m, d, row);
    visit(i, row);
    total += weights[i]! * after;
    after += weights[i]!;
  }
  return total;
}
