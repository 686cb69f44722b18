import type { PointCloud } from "../../laws/contract.js";

/** Points of a law on the line in increasing order, with the cumulated masses at their right ends (the last is 1). */
export interface SortedPoints {
  readonly values: Float64Array;
  readonly ends: Float64Array;
}

/** A cloud of d = 1, sorted. @cost m log m */
export function sortedPoints({ m, points, weights }: PointCloud): SortedPoints {
  const order = Uint32Array.from({ length: m }, (_, i) => i).sort((i, j) => points[i]! - points[j]!);
  const values = new Float64Array(m);
  const ends = new Float64Array(m);
  const equal = weights.every((weight) => weight === weights[0]);
  let total = 0;
  for (let k = 0; k < m; k++) {
    values[k] = points[order[k]!]!;
    total += weights[order[k]!]!;
    ends[k] = equal ? (k + 1) / m : total;
  }
  if (!equal) for (let k = 0; k < m; k++) ends[k]! /= total;
  return { values, ends };
}

/**
 * W_p^p of two step functions, ∫_0^1 |F⁻¹ − G⁻¹|^p: one walk over the merged ends.
 * @param order p
 * @cost linear in the numbers of points
 * @accuracy a few roundings per point (sliced-wasserstein/index.test.ts, cloud-transport.test.ts)
 * @source derived
 */
export function stepTransport(a: SortedPoints, b: SortedPoints, order: 1 | 2): number {
  const [x, xEnds, y, yEnds] = [a.values, a.ends, b.values, b.ends];
  let [i, j, at, sum] = [0, 0, 0, 0];
  while (i < x.length && j < y.length) {
    const [first, second] = [xEnds[i]!, yEnds[j]!];
    const end = Math.min(first, second);
    const gap = x[i]! - y[j]!;
    sum += (end - at) * (order === 2 ? gap * gap : Math.abs(gap));
    at = end;
    if (first <= end) i++;
    if (second <= end) j++;
  }
  return sum;
}
