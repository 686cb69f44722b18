import type { Attention } from "../../attention/contract.js";
import type { PointCloud } from "../../foundation/law/index.js";
import type { WeightedPoints } from "../../foundation/shapes/index.js";
import type { InitialLaw, LawDensity } from "../../laws/contract.js";
import { none } from "../../masks/none/index.js";
import { createModel, type Model } from "../../model/index.js";
import type { BoundLevel } from "../contract.js";
import { type Chart, type ChartGrid, facesOf, gridOver, lawOn, massesOf } from "./chart.js";
import { circleChart } from "./circle.js";
import { onGrid } from "./circle-attention.js";
import { gridLevel } from "./grid-level.js";
import { overStretches } from "./stretches.js";

/** (s, θ): the circle at each of the positions s = (p + ½)/count. Nothing moves along s. */
function maskedChart(count: number, n: number): Chart {
  const circle = circleChart(n);
  return {
    ...circle,
    box: [[0, 1], ...circle.box],
    shape: [count, n],
    periodic: [false, true],
    point: ([, theta], out) => circle.point([theta!], out),
    gradient: (_axis, [, theta], out) => circle.gradient(0, [theta!], out),
  };
}

/** One position's queries, and where their field goes. */
interface Row {
  readonly queries: WeightedPoints;
  readonly out: { readonly field: Float64Array };
}

/** The rows of queries and field, made anew only for other arrays than the last. */
function rowsOf(n: number, count: number, weights: Float64Array) {
  let last: { readonly points: Float64Array; readonly field: Float64Array } | undefined;
  let rows: readonly Row[] = [];
  return (points: Float64Array, field: Float64Array): readonly Row[] => {
    if (last?.points === points && last.field === field) return rows;
    last = { points, field };
    rows = Array.from({ length: count }, (_, p) => {
      const [from, to] = [2 * p * n, 2 * (p + 1) * n];
      const queries = { m: n, d: 2, points: points.subarray(from, to), weights };
      return { queries, out: { field: field.subarray(from, to) } };
    });
    return rows;
  };
}

/**
 * The same attention, row by row: what a query at position s sees, Σ_s' m(s, s') w(s', ·), is one law on the circle, to
 * be attended to without a mask. True of pair kernels, whose masks multiply weights; other attentions are left alone.
 */
function byRows(one: Attention, nodes: Float64Array, count: number): Attention {
  if (one.kernel === undefined) return one;
  const n = nodes.length / 2;
  const open = none.bind({});
  const row = onGrid(one, nodes, 0.5);
  const seen = new Float64Array(n);
  const law = { m: n, d: 2, points: nodes, weights: seen };
  const rowsAt = rowsOf(n, count, seen);
  return {
    ...one,
    fieldAt(source, queries, mask, t, out) {
      const plain = out.field !== undefined && out.logPartition === undefined && out.entropy === undefined;
      if (!plain) {
        one.fieldAt(source, queries, mask, t, out);
        return;
      }
      const rows = rowsAt(queries.points, out.field!);
      for (let p = 0; p < count; p++) {
        seen.fill(0);
        for (let q = 0; q < count; q++) {
          const factor = Math.exp(mask.logWeight(queries.positions![p * n]!, source.positions![q * n]!));
          if (factor === 0) continue;
          for (let j = 0; j < n; j++) seen[j]! += factor * source.weights[q * n + j]!;
        }
        row.fieldAt(law, rows[p]!.queries, open, t, rows[p]!.out);
      }
    },
  };
}

/** The masses 1/count of each position, from the law there. */
function massesByPosition(row: ChartGrid, density: LawDensity, count: number): Float64Array {
  const masses = new Float64Array(count * row.m);
  for (let p = 0; p < count; p++) {
    const s = (p + 0.5) / count;
    const here = massesOf(row, { at: (x) => density.at(x, s) });
    for (let j = 0; j < row.m; j++) masses[p * row.m + j] = here[j]! / count;
  }
  return masses;
}

/**
 * The law of masked attention on (position, x), x on the circle: a density at each of `count` positions, all with the
 * same mass, which start from the law at their position and see each other as the mask allows.
 *
 * @cost count² · n additions and 4·count transforms of n for each evaluation
 * @accuracy order 2 in the cells; in 1/count that of `overStretches` (mean-field/masked.test.ts)
 * @source arXiv 2501.18322, theory.md §1
 */
export function maskedCircleLevel(
  model: Model,
  initial: InitialLaw,
  n: number,
  count: number,
  tolerance: number,
): BoundLevel {
  const grid = gridOver(maskedChart(count, n));
  const positions = Float64Array.from({ length: grid.m }, (_, j) => (Math.floor(j / n) + 0.5) / count);
  const row = gridOver(circleChart(n));
  const mask = overStretches(model.mask, count);
  const fast = createModel({ ...model, mask, attention: model.attention.map((one) => byRows(one, row.nodes, count)) });
  const source = (weights: Float64Array) => ({ m: grid.m, d: 2, points: grid.nodes, weights, positions });
  const law = (masses: Float64Array): PointCloud => ({ ...lawOn(grid, masses), positions });
  const flow = { model: fast, grid, faces: [facesOf(grid, 1)], source, positions, law };
  return gridLevel(flow, massesByPosition(row, initial.density!, count), tolerance);
}
