import { frobeniusNorm } from "@meanfield/core/foundation/linear-algebra";
import type { Workspace } from "@meanfield/core/foundation/workspace";
import { type ExponentialSum, type FastMethod, type Plan, type SumBlock, unitRoundoff } from "../contract.js";
import { greatestNorm } from "../shared/greatest-norm.js";
import { chunk, flush, momentRoundings, momentTable, settle } from "../shared/moment-table.js";
import { type AxisCells, cellCentre } from "./axis.js";
import { type GridLayout, gridLayout, type Range, rangeOf } from "./layout.js";
import { type GridTables, gridTables } from "./transform.js";

const orders = [8, 10, 12, 16] as const;

/** Most numbers in a table: 240 MB. */
const largestTable = 3e7;

/** Σ over axes of the half-ranges' product (nat): weights and tilts stay above e^{−120} each, so no product underflows. */
const largestScore = 60;

/** Least mass, relative to all: with weights and tilts above e^{−240} together, no moment underflows. */
const leastMass = 1e-100;

/** Keys and queries around their centres: e^{⟨q, y⟩} = e^{⟨q, ȳ⟩}·e^{⟨q̄, y − ȳ⟩}·e^{⟨q − q̄, y − ȳ⟩}. */
interface Centred {
  readonly sum: ExponentialSum;
  readonly keyRanges: readonly Range[];
  readonly queryRanges: readonly Range[];
  /** Greatest |⟨q̄, y − ȳ⟩| (nat). */
  readonly tilt: number;
  readonly scoreError: number;
}

/** q_i = Cx_i of every query, shape [count, d]. */
function mapped({ count, d, map, queries }: ExponentialSum, work: Workspace): Float64Array {
  const out = work.floats(count * d);
  for (let i = 0; i < count; i++) {
    for (let a = 0; a < d; a++) {
      for (let b = 0; b < d; b++) out[i * d + a]! += map[a * d + b]! * queries[i * d + b]!;
    }
  }
  return out;
}

function centre(sum: ExponentialSum, images: Float64Array): Centred {
  const { d, m, count } = sum;
  const axes = Array.from({ length: d }, (_, axis) => axis);
  const keyRanges = axes.map((axis) => rangeOf(sum.keys, m, d, axis));
  const queryRanges = axes.map((axis) => rangeOf(images, count, d, axis));
  const tilt = axes.reduce((size, a) => size + Math.abs(queryRanges[a]!.centre) * keyRanges[a]!.halfRange, 0);
  const size = frobeniusNorm(sum.map) * greatestNorm(sum.queries, count, d) * sum.radius;
  return { sum, keyRanges, queryRanges, tilt, scoreError: 8 * (d + 2) * unitRoundoff * size };
}

function hasTinyMass({ m, masses, mass }: ExponentialSum): boolean {
  for (let j = 0; j < m; j++) if (masses[j]! > 0 && masses[j]! < leastMass * mass) return true;
  return false;
}

/** The cell of a centred coordinate. */
function cellOf(value: number, { halfRange, halfWidth, count }: AxisCells): number {
  return Math.max(0, Math.min(count - 1, Math.floor((value + halfRange) / (2 * halfWidth))));
}

/** Adds a_j e^{⟨q̄, y_j − ȳ⟩}·Π t^r of every key to its cell. */
function collect(
  { sum, queryRanges, tilt }: Centred,
  { keys, orders: powers }: GridLayout,
  work: Workspace,
): Float64Array {
  const { d, m, masses } = sum;
  const [p0, p1, p2] = powers;
  const table = momentTable(keys[0].count * keys[1].count * keys[2].count, p0 * p1 * p2, work);
  const { open, tokens, width } = table;
  const t = work.floats(3);
  for (let j = 0; j < m; j++) {
    let row = 0;
    let score = -tilt;
    for (let a = 0; a < d; a++) {
      const axis = keys[a]!;
      const value = sum.keys[j * d + a]! - axis.centre;
      const cell = cellOf(value, axis);
      t[a] = (value - cellCentre(axis, cell)) / axis.halfWidth;
      score += queryRanges[a]!.centre * value;
      row = row * axis.count + cell;
    }
    let k = row * width;
    let first = masses[j]! * Math.exp(score);
    for (let r0 = 0; r0 < p0; r0++) {
      let second = first;
      for (let r1 = 0; r1 < p1; r1++) {
        let third = second;
        for (let r2 = 0; r2 < p2; r2++) {
          open[k++]! += third;
          third *= t[2]!;
        }
        second *= t[1]!;
      }
      first *= t[0]!;
    }
    if (++tokens[row]! === chunk) flush(table, row);
  }
  return settle(table);
}

/** Horner along the three axes for total and mean, into out; `low` and `mid` hold the inner polynomials. */
function horner(
  values: Float64Array,
  from: number,
  powers: GridLayout["orders"],
  s: Float64Array,
  out: Reader["sums"],
) {
  const [low, mid, high] = out;
  const [p0, p1, p2] = powers;
  const width = low.length;
  let k = from + width * (p0 * p1 * p2 - 1);
  high.fill(0);
  for (let r0 = 0; r0 < p0; r0++) {
    mid.fill(0);
    for (let r1 = 0; r1 < p1; r1++) {
      low.fill(0);
      for (let r2 = 0; r2 < p2; r2++, k -= width) {
        for (let f = 0; f < width; f++) low[f] = low[f]! * s[2]! + values[k + f]!;
      }
      for (let f = 0; f < width; f++) mid[f] = mid[f]! * s[1]! + low[f]!;
    }
    for (let f = 0; f < width; f++) high[f] = high[f]! * s[0]! + mid[f]!;
  }
}

interface Reader {
  readonly centred: Centred;
  readonly layout: GridLayout;
  readonly tables: GridTables;
  readonly images: Float64Array;
  /** Offsets in the cell, shape [3], and the polynomials along each axis, shape [d + 1]. */
  readonly offsets: Float64Array;
  readonly sums: readonly [Float64Array, Float64Array, Float64Array];
  /** Relative error of total, and of the centred mean against the keys' half-diagonal. */
  readonly relative: number;
}

function evaluateBlock(
  { centred, layout, tables, images, offsets: s, sums, relative }: Reader,
  begin: number,
  size: number,
  out: SumBlock,
) {
  const { d, queries, keys, orders: powers } = layout;
  const terms = powers[0] * powers[1] * powers[2];
  const diagonal = Math.hypot(...keys.map(({ halfRange }) => halfRange));
  const offset = Math.hypot(...keys.map((axis) => axis.centre));
  for (let row = 0; row < size; row++) {
    let cell = 0;
    let unit = centred.tilt;
    for (let a = 0; a < d; a++) {
      const axis = queries[a]!;
      const image = images[(begin + row) * d + a]!;
      const value = image - axis.centre;
      const own = cellOf(value, axis);
      s[a] = (value - cellCentre(axis, own)) / axis.halfWidth;
      unit += tables.units[a]![own]! + image * keys[a]!.centre;
      cell = cell * axis.count + own;
    }
    horner(tables.values, cell * terms * (d + 1), powers, s, sums);
    const total = sums[2][0]!;
    out.total[row] = total;
    out.unit[row] = unit;
    for (let a = 0; a < d; a++) out.mean[row * d + a] = sums[2][a + 1]! + keys[a]!.centre * total;
    out.totalError[row] = relative * total;
    out.meanError[row] = relative * total * (Math.sqrt(d) * diagonal + offset) + 4 * unitRoundoff * offset * total;
  }
}

/** Roundings of every term: moments, products with three matrices of exponentials, Horner. */
function roundingsOf({ d, keys, orders: powers }: GridLayout, m: number): number {
  const order = powers[0];
  const sums = keys.reduce((terms, { count }, axis) => terms + (axis < d ? count * powers[axis]! : 1), 0);
  // Per axis: powers of t and s 5p, coefficients 5p, exponential 2 + |score|.
  return momentRoundings(m) + sums + d * (10 * order + 12) + 3 * largestScore;
}

function plan(sum: ExponentialSum, accuracy: number, work: Workspace): Plan | string {
  if (sum.d > 3) return "exponential-grid needs points in R, R² or R³";
  if (sum.count === 0) return "exponential-grid needs a query";
  if (hasTinyMass(sum)) {
    return `exponential-grid needs masses within ${leastMass} of each other`;
  }
  const images = mapped(sum, work);
  const centred = centre(sum, images);
  const { keyRanges, queryRanges, tilt, scoreError } = centred;
  const score = keyRanges.reduce((total, { halfRange }, a) => total + halfRange * queryRanges[a]!.halfRange, 0);
  if (!(score <= largestScore && tilt <= largestScore)) {
    return `exponential-grid needs scores within ${largestScore} of those at the centre of the points`;
  }
  const tolerance = Math.max(1e-16, 1e-2 * accuracy);
  const total = ({ work }: GridLayout) => work.before + work.perQuery * sum.count;
  const layout = orders
    .map((order) => gridLayout(sum, keyRanges, queryRanges, order, tolerance))
    .filter(({ size }) => size <= largestTable)
    .reduce<GridLayout | undefined>((best, other) => (best && total(best) <= total(other) ? best : other), undefined);
  if (layout === undefined) return "exponential-grid would need too large a table";
  const rounding = roundingsOf(layout, sum.m) * unitRoundoff * layout.growth;
  const relative = 1.02 * (layout.truncation + rounding);
  let reader: Reader | undefined;
  return {
    work: layout.work,
    scoreError,
    pointError: 0,
    prepare() {
      if (reader !== undefined) return;
      const [offsets, array] = [work.floats(3), () => work.floats(sum.d + 1)];
      const tables = gridTables(collect(centred, layout, work), layout, work);
      reader = { centred, layout, images, relative, offsets, sums: [array(), array(), array()], tables };
    },
    evaluate: (begin, size, out) => evaluateBlock(reader!, begin, size, out),
  };
}

/**
 * R^d, d ≤ 3, moderate scores: keys in cells with moments, queries in cells with Taylor polynomials, and between them one
 * small matrix of e^{qy} per axis. All weights stay positive, so the error is relative to every query's own sum and no
 * query is beyond reach, which a sum of Gaussians e^{−β|q−y|²/2} cannot say: its error is absolute.
 *
 * @cost about p^d multiply-adds per key, (d + 1)p^d per query; memory O((βR²p)^d)
 * @accuracy certified; contract.test.ts against double-double sums
 * @source derived (docs/kernels-fast-sums.md)
 */
export const exponentialGrid: FastMethod = { name: "exponential-grid", planning: 80, plan };
