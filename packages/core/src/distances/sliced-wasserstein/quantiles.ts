import { normalCdf, normalPdf, normalQuantile } from "../../foundation/special-functions/index.js";
import { foldedNormalMean } from "../shared/folded-normal.js";
import { type SortedPoints, stepTransport } from "../shared/line-points.js";

/** The cells of a quantile function that is constant on each, against the standard normal. */
export interface NormalCells {
  /** w_i: the mass of cell i. */
  readonly masses: Float64Array;
  /** e_i = E[Z | Z in cell i] for Z standard normal, cells from left to right. */
  readonly means: Float64Array;
  /** z_i = Φ⁻¹(c_i): the right end of cell i; +∞ for the last. */
  readonly edges: Float64Array;
  /** E Var(Z | cell) = 1 − Σw_i e_i²: what no choice of points can fit. */
  readonly within: number;
}

/** Sorted points, and their cells where known. */
interface LinePoints extends SortedPoints {
  readonly kind: "points";
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
  const edges = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  let [left, density, between] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const right = ends[i]!;
    if (right < 1) edges[i] = normalQuantile(right);
    const next = normalPdf(edges[i]!);
    const mass = right - left;
    if (mass > 0) {
      masses[i] = mass;
      means[i] = (density - next) / mass;
      between += mass * means[i]! * means[i]!;
    }
    left = right;
    density = next;
  }
  return { masses, means, edges, within: 1 - between };
}

/** ∫_0^1 (F⁻¹ − m − sΦ⁻¹)² = Σ w_i(x_i − m − s e_i)² + s²·within: bias and variance in each cell, no cancellation. */
function squaredToNormal(points: LinePoints, { mean, deviation }: LineNormal): number {
  const { values } = points;
  const { masses, means, within } = points.cells ?? normalCells(points.ends);
  let sum = deviation * deviation * within;
  for (let i = 0; i < values.length; i++) sum += masses[i]! * (values[i]! - mean - deviation * means[i]!) ** 2;
  return sum;
}

/** ∫|c − z|φ(z)dz over a cell of known mass and first moment mass·e; split at c where c lies inside. */
function absoluteInCell(c: number, left: number, right: number, mass: number, moment: number): number {
  const whole = c * mass - moment;
  if (c >= right) return whole;
  if (c <= left) return -whole;
  // ∫_left^c (c − z)φ = c(Φ(c) − Φ(left)) + φ(c) − φ(left), counted twice against the whole.
  const below = c * (normalCdf(c) - normalCdf(left)) + normalPdf(c) - normalPdf(left);
  return 2 * below - whole;
}

/** ∫_0^1 |F⁻¹ − m − sΦ⁻¹|, cell by cell. */
function absoluteToNormal(points: LinePoints, { mean, deviation }: LineNormal): number {
  const { values } = points;
  const { masses, means, edges } = points.cells ?? normalCells(points.ends);
  let [sum, left] = [0, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    const mass = masses[i]!;
    const shift = values[i]! - mean;
    const c = shift / deviation;
    // Without spread, or too little of it to divide by, the cell is one point.
    sum += Number.isFinite(c)
      ? deviation * absoluteInCell(c, left, edges[i]!, mass, mass * means[i]!)
      : Math.abs(shift) * mass;
    left = edges[i]!;
  }
  return sum;
}

/**
 * W_p^p of two laws on the line, ∫_0^1 |F⁻¹(u) − G⁻¹(u)|^p du, exactly for points and normals.
 * @param order p
 * @cost linear in the numbers of points
 * @accuracy 1e-12 relative against quadrature and rational arithmetic (sliced-wasserstein/index.test.ts)
 * @source derived
 */
export function lineTransport(a: LineLaw, b: LineLaw, order: 1 | 2): number {
  const toNormal = order === 2 ? squaredToNormal : absoluteToNormal;
  if (a.kind === "points") return b.kind === "points" ? stepTransport(a, b, order) : toNormal(a, b);
  if (b.kind === "points") return toNormal(b, a);
  const [shift, stretch] = [a.mean - b.mean, a.deviation - b.deviation];
  return order === 2 ? shift ** 2 + stretch ** 2 : foldedNormalMean(shift, Math.abs(stretch));
}
