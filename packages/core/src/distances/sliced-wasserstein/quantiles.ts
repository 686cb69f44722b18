import { normalPdf, normalQuantile } from "../../foundation/special-functions/index.js";

/** The cells of a quantile function that is constant on each, against the standard normal. */
export interface NormalCells {
  /** w_i: the mass of cell i. */
  readonly masses: Float64Array;
  /** e_i = E[Z | Z in cell i] for Z standard normal, cells from left to right. */
  readonly means: Float64Array;
  /** E Var(Z | cell) = 1 − Σw_i e_i²: what no choice of points can fit. */
  readonly within: number;
}

/** Sorted points with the cumulated masses at their right ends (the last is 1), and their cells where known. */
interface LinePoints {
  readonly kind: "points";
  readonly values: Float64Array;
  readonly ends: Float64Array;
  readonly cells?: NormalCells;
}

/** N(mean, deviation²). */
interface LineNormal {
  readonly kind: "normal";
  readonly mean: number;
  readonly deviation: number;
}

/** A law on the line. */
export type LineLaw = LinePoints | LineNormal;

/**
 * Masses and conditional means of the standard normal on the cells (Φ⁻¹(c_{i−1}), Φ⁻¹(c_i)], c_0 = 0:
 * w_i e_i = φ(Φ⁻¹(c_{i−1})) − φ(Φ⁻¹(c_i)).
 * @param ends c_i, non-decreasing, the last is 1
 * @cost one quantile and one density per cell
 * @source derived (∫zφ = −φ)
 */
export function normalCells(ends: Float64Array): NormalCells {
  const n = ends.length;
  const masses = new Float64Array(n);
  const means = new Float64Array(n);
  let [left, density, between] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const right = ends[i]!;
    const next = right < 1 ? normalPdf(normalQuantile(right)) : 0;
    const mass = right - left;
    if (mass > 0) {
      masses[i] = mass;
      means[i] = (density - next) / mass;
      between += mass * means[i]! * means[i]!;
    }
    left = right;
    density = next;
  }
  return { masses, means, within: 1 - between };
}

/** ∫_0^1 (F⁻¹ − G⁻¹)² for two step functions: one walk over the merged ends. */
function pointsToPoints(x: Float64Array, xEnds: Float64Array, y: Float64Array, yEnds: Float64Array): number {
  let [i, j, at, sum] = [0, 0, 0, 0];
  while (i < x.length && j < y.length) {
    const [first, second] = [xEnds[i]!, yEnds[j]!];
    const end = Math.min(first, second);
    sum += (end - at) * (x[i]! - y[j]!) ** 2;
    at = end;
    if (first <= end) i++;
    if (second <= end) j++;
  }
  return sum;
}

/** ∫_0^1 (F⁻¹ − m − sΦ⁻¹)² = Σ w_i(x_i − m − s e_i)² + s²·within: bias and variance in each cell, no cancellation. */
function pointsToNormal(points: LinePoints, { mean, deviation }: LineNormal): number {
  const { values } = points;
  const { masses, means, within } = points.cells ?? normalCells(points.ends);
  let sum = deviation * deviation * within;
  for (let i = 0; i < values.length; i++) sum += masses[i]! * (values[i]! - mean - deviation * means[i]!) ** 2;
  return sum;
}

/**
 * W_2² of two laws on the line, ∫_0^1 (F⁻¹(u) − G⁻¹(u))² du, exactly for points and normals.
 * @cost linear in the numbers of points
 * @accuracy 1e-12 relative against quadrature and rational arithmetic (sliced-wasserstein/index.test.ts)
 * @source derived
 */
export function squaredLineDistance(a: LineLaw, b: LineLaw): number {
  if (a.kind === "points") {
    return b.kind === "points" ? pointsToPoints(a.values, a.ends, b.values, b.ends) : pointsToNormal(a, b);
  }
  if (b.kind === "points") return pointsToNormal(b, a);
  return (a.mean - b.mean) ** 2 + (a.deviation - b.deviation) ** 2;
}
