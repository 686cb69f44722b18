import type { Workspace } from "@meanfield/core/foundation/workspace";
import type { ExponentialSum, FastMethod, Plan, SumBlock } from "../contract.js";
import { chunk, flush, type MomentTable, momentRoundings, momentTable, settle } from "../shared/moment-table.js";
import { sphericalScores } from "../shared/sphere-check.js";
import { type Roundings, roundingOf, type TaylorChoice, taylorChoice, withReach } from "../shared/taylor.js";
import { angleError, type CircleCells, circleCells, rootRounding } from "./cells.js";
import { type CircleExpansion, circleExpansion } from "./expansion.js";
import { circleMoments } from "./moments.js";
import { queryTables } from "./tables.js";

/** Beyond this κ the middle step, which is O(κ), and the rounding of angles leave nothing to gain. */
const largestKappa = 2e4;

const orders = [8, 12, 16] as const;

interface Layout {
  readonly choice: TaylorChoice;
  readonly work: Plan["work"];
}

/** ν_k: g_0, 2g_1, 2g_2, …; sums to at most 1. */
function spectrumOf({ coefficients }: CircleExpansion, work: Workspace): Float64Array {
  const spectrum = work.floats(coefficients.length);
  for (let k = 0; k < spectrum.length; k++) spectrum[k] = (k === 0 ? 1 : 2) * coefficients[k]!;
  return spectrum;
}

/** The order with the least work. */
function layoutOf(spectrum: Float64Array, sum: ExponentialSum, tolerance: number): Layout {
  const layouts = orders.map((order) => {
    const loose = taylorChoice(spectrum, order, tolerance);
    const cells = Math.max(8, Math.ceil(Math.PI / loose.reach));
    const middle = 5 * cells * order * spectrum.length;
    const choice = withReach(spectrum, loose, Math.PI / cells);
    // An arctangent costs about 20 multiply-adds.
    return { choice, work: { before: sum.m * (order + 20) + middle, perQuery: 3 * order + 20 } };
  });
  return layouts.reduce((best, other) => (total(other, sum) < total(best, sum) ? other : best));
}

const total = ({ work }: Layout, sum: ExponentialSum): number => work.before + work.perQuery * sum.count;

/** Adds a_j t^r of every key to its cell, t ∈ [−1, 1] its angle from the cell's centre in half-widths. */
function collect(sum: ExponentialSum, cells: CircleCells, table: MomentTable): void {
  const { m, keys, masses } = sum;
  const { open, tokens, width } = table;
  const { count, halfWidth } = cells;
  const [pitch, inverse] = [2 * halfWidth, 1 / halfWidth];
  const high = Math.fround(pitch);
  const low = pitch - high;
  for (let j = 0; j < m; j++) {
    const angle = Math.atan2(keys[2 * j + 1]!, keys[2 * j]!);
    const cell = Math.round(angle / pitch);
    const t = (angle - cell * high - cell * low) * inverse;
    const row = cell < 0 ? cell + count : cell;
    let power = masses[j]!;
    const end = (row + 1) * width;
    for (let k = row * width; k < end; k += 4) {
      open[k]! += power;
      power *= t;
      open[k + 1]! += power;
      power *= t;
      open[k + 2]! += power;
      power *= t;
      open[k + 3]! += power;
      power *= t;
    }
    if (++tokens[row]! === chunk) flush(table, row);
  }
}

/** Where the queries' polynomials are read. */
interface Reader {
  readonly sum: ExponentialSum;
  readonly cells: CircleCells;
  readonly order: number;
  readonly tables: Float64Array;
}

/** Horner in every query's cell: total, then the mean's two coordinates. */
function evaluateBlock({ sum, cells, order, tables }: Reader, begin: number, size: number, out: SumBlock): void {
  const { queries, map } = sum;
  const { count, halfWidth } = cells;
  const [pitch, inverse] = [2 * halfWidth, 1 / halfWidth];
  const high = Math.fround(pitch);
  const low = pitch - high;
  const [c00, c01, c10, c11] = [map[0]!, map[1]!, map[2]!, map[3]!];
  const { total: totals, mean } = out;
  for (let i = 0; i < size; i++) {
    const x = queries[2 * (begin + i)]!;
    const y = queries[2 * (begin + i) + 1]!;
    const angle = Math.atan2(c10 * x + c11 * y, c00 * x + c01 * y);
    const cell = Math.round(angle / pitch);
    const t = (angle - cell * high - cell * low) * inverse;
    const first = 3 * order * (cell < 0 ? cell + count : cell);
    let k = first + 3 * (order - 1);
    let z = tables[k]!;
    let u = tables[k + 1]!;
    let v = tables[k + 2]!;
    for (k -= 3; k >= first; k -= 3) {
      z = z * t + tables[k]!;
      u = u * t + tables[k + 1]!;
      v = v * t + tables[k + 2]!;
    }
    totals[i] = z;
    mean[2 * i] = u;
    mean[2 * i + 1] = v;
  }
}

/** What every result goes through, counted stage by stage in docs/kernels-fast-sums.md. */
function roundingsOf(m: number, cells: number): Roundings {
  const keys = momentRoundings(m);
  const moments = rootRounding + 32 + cells / 32 + 8;
  const tables = 32 + rootRounding + 8;
  return { fixed: keys + moments + tables, perDegree: 1, perSquare: 0, perPower: 3 + 3 + 3 + 4 };
}

function plan(sum: ExponentialSum, accuracy: number, work: Workspace): Plan | string {
  if (sum.d !== 2) return "fourier needs points in R²";
  const scores = sphericalScores(sum, angleError, accuracy);
  if (scores === undefined) return "fourier needs keys of one norm and queries whose Ax have one norm";
  const { kappa, radius } = scores;
  if (kappa > largestKappa) return `fourier stops at |score| ${largestKappa}`;
  const uniform = Math.min(1, 0.4 / Math.sqrt(kappa));
  const tolerance = Math.max(2e-17, 1e-3 * accuracy * uniform);
  const expansion = circleExpansion(kappa, tolerance, work);
  if (expansion === undefined) return `fourier does not reach ${accuracy} at |score| ${kappa}`;
  const spectrum = spectrumOf(expansion, work);
  const { choice, work: expected } = layoutOf(spectrum, sum, tolerance);
  const { order, remainder } = choice;
  let reader: Reader | undefined;
  let error = Number.POSITIVE_INFINITY;
  return {
    work: expected,
    scoreError: scores.scoreError,
    pointError: scores.pointError,
    prepare() {
      if (reader !== undefined) return;
      const cells = circleCells(choice.reach, work);
      const table = sum.shared(`fourier ${cells.count} ${order}`, () => {
        const open = momentTable(cells.count, order, work);
        collect(sum, cells, open);
        return settle(open);
      });
      const moments = circleMoments(table, cells, order, expansion.coefficients.length, work);
      const tables = queryTables(moments, expansion.coefficients, radius, cells, order, work);
      reader = { sum, cells, order, tables };
      const rounding = roundingOf(spectrum, choice.reach, roundingsOf(sum.m, cells.count));
      error = 1.01 * sum.mass * (expansion.tail + remainder + rounding);
    },
    evaluate(begin, size, out) {
      evaluateBlock(reader!, begin, size, out);
      out.unit.fill(kappa, 0, size);
      out.totalError.fill(error, 0, size);
      out.meanError.fill(Math.SQRT2 * radius * error, 0, size);
    },
  };
}

/**
 * The circle: e^{κ(cos ϑ − 1)} = Σ_|k|≤K g_k e^{ikϑ}, K ≈ √κ. Keys and queries meet in cells of local Taylor order p,
 * so that a token costs O(p) whatever K: O((m + count)·p + κ·p) in all, memory O(κ·p).
 *
 * @cost about 25 + p multiply-adds per key, 25 + 3p per query
 * @accuracy certified; contract.test.ts against double-double sums
 * @source derived (docs/kernels-fast-sums.md); C. R. Anderson, M. D. Dahleh (1996) for the Taylor cells
 */
export const fourier: FastMethod = { name: "fourier", planning: 20, plan };
