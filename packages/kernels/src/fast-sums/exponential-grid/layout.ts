import { type ExponentialSum, unitRoundoff, type Work } from "../contract.js";
import { type AxisCells, axisCells } from "./axis.js";

/** Cells of keys and queries along three axes (those beyond d are empty) and what their expansions leave out. */
export interface GridLayout {
  readonly d: number;
  /** Taylor order along the axes: p, and 1 where there is no axis. */
  readonly orders: readonly [number, number, number];
  readonly keys: readonly [AxisCells, AxisCells, AxisCells];
  readonly queries: readonly [AxisCells, AxisCells, AxisCells];
  /** Relative truncation error of Σ a_j e^{⟨q, y_j⟩}. */
  readonly truncation: number;
  /** Product over the axes of e^{2(a + b)}: by how much rounding errors are magnified at most. */
  readonly growth: number;
  readonly work: Work;
  /** Numbers in the largest table. */
  readonly size: number;
}

export interface Range {
  readonly centre: number;
  readonly halfRange: number;
}

/** Range of one coordinate of points, a little widened so that no rounding leaves the outer cells. */
export function rangeOf(points: Float64Array, count: number, d: number, axis: number): Range {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < count; i++) {
    const value = points[i * d + axis]!;
    if (Number.isNaN(value)) return { centre: Number.NaN, halfRange: Number.NaN };
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const centre = (low + high) / 2;
  return { centre, halfRange: ((high - low) / 2) * (1 + 1e-12) + 8 * unitRoundoff * Math.abs(centre) };
}

function factorial(p: number): number {
  let product = 1;
  for (let k = 2; k <= p; k++) product *= k;
  return product;
}

/** Keeps the growth of rounding errors, e^{4·reach} per axis, near 4. */
const largestReach = 0.35;

/** About the x with e^{4x}x^p/p! = tolerance; what it leaves out is computed from the cells afterwards. */
function reachFor(order: number, tolerance: number): number {
  const scale = factorial(order);
  let x = 0;
  for (let k = 0; k < 40; k++) x = Math.min(largestReach, (tolerance * scale * Math.exp(-4 * x)) ** (1 / order));
  return x;
}

const product = (values: readonly number[]): number => values.reduce((a, b) => a * b, 1);

const nothing: Range = { centre: 0, halfRange: 0 };

/**
 * The layout of order p. Per axis, with a = Q·h and b = k·(Y + h), Q and Y the half-ranges, h and k the half-widths:
 * relative error ε = e^{2a}a^p/p! + e^{2(a+b)}b^p/p!, and h/Y·e^{2a}a^{p−1}/(p−1)! more for the mean.
 */
export function gridLayout(
  sum: ExponentialSum,
  keyRanges: readonly Range[],
  queryRanges: readonly Range[],
  order: number,
  tolerance: number,
): GridLayout {
  const { d } = sum;
  const reach = reachFor(order, tolerance / (4 * d));
  const scale = factorial(order);
  let [relative, growth] = [1, 1];
  const axes = [0, 1, 2].map((axis) => {
    const key = keyRanges[axis] ?? nothing;
    const query = queryRanges[axis] ?? nothing;
    const cells = Math.max(1, Math.ceil((key.halfRange * query.halfRange) / reach));
    const keys = axisCells(key.centre, key.halfRange, cells);
    const queries = axisCells(query.centre, query.halfRange, cells + (cells > 1 ? 1 : 0));
    const a = key.halfRange > 0 ? query.halfRange * keys.halfWidth : 0;
    const b = query.halfRange > 0 ? queries.halfWidth * (key.halfRange + (key.halfRange > 0 ? keys.halfWidth : 0)) : 0;
    const ofMean = (Math.exp(2 * a) * a ** (order - 1) * order) / scale / cells;
    relative *= 1 + (Math.exp(2 * a) * a ** order + Math.exp(2 * (a + b)) * b ** order) / scale + ofMean;
    growth *= Math.exp(2 * (a + b));
    return { keys, queries };
  });
  const orders = [0, 1, 2].map((axis) => (axis < d ? order : 1)) as unknown as GridLayout["orders"];
  const keys = axes.map((axis) => axis.keys) as unknown as GridLayout["keys"];
  const queries = axes.map((axis) => axis.queries) as unknown as GridLayout["queries"];
  const size = product(queries.map(({ count }, axis) => count * orders[axis]!)) * (d + 1);
  const terms = order ** d;
  const middle = size * Math.max(...keys.map(({ count }, axis) => count * orders[axis]!)) * d;
  return {
    d,
    orders,
    keys,
    queries,
    truncation: 1.01 * (relative - 1),
    growth,
    size,
    work: { before: sum.m * (terms + 20) + middle, perQuery: (d + 1) * terms + 20 },
  };
}
