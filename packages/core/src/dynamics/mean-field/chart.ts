import type { Cells, PointCloud } from "../../foundation/law/index.js";
import { gaussLegendre, type QuadratureRule } from "../../foundation/quadrature/index.js";
import type { LawDensity } from "../../laws/contract.js";

/** Coordinates of a manifold on a box, with their gradients: what a grid is laid over. */
export interface Chart {
  readonly d: number;
  /** [low, high] of each coordinate. */
  readonly box: readonly (readonly [number, number])[];
  /** Cells along each coordinate. */
  readonly shape: readonly number[];
  /** Whether a coordinate closes on itself. */
  readonly periodic: readonly boolean[];
  /** x of shape [d]. */
  point(coordinates: readonly number[], out: Float64Array): void;
  /** Volume of a unit of the box. */
  volume(coordinates: readonly number[]): number;
  /** g with ċ_axis = ⟨g, ẋ⟩ for every ambient velocity ẋ, tangent or not; never asked at the ends of a closed axis. */
  gradient(axis: number, coordinates: readonly number[], out: Float64Array): void;
}

/** Where faces stand, and how a velocity there crosses them. All arrays have shape [m, d]; face j is above cell j. */
export interface Faces {
  readonly axis: number;
  readonly points: Float64Array;
  /** Cells crossed per unit of depth are ⟨crossing, ẋ⟩. Zero above the last cell of an axis that does not close. */
  readonly crossings: Float64Array;
  /** Area of the face over the distance of the cells beside it, shape [m]: what diffusion crosses it by. */
  readonly conductances: Float64Array;
}

/** A grid laid over a chart. */
export interface ChartGrid {
  readonly chart: Chart;
  readonly m: number;
  /** Midpoints of the cells, shape [m, d]. */
  readonly nodes: Float64Array;
  readonly cells: Cells;
}

const widthOf = ({ box, shape }: Chart, axis: number): number => (box[axis]![1] - box[axis]![0]) / shape[axis]!;

/** Indices of cell j along each axis. */
function indicesOf(shape: readonly number[], j: number): number[] {
  const indices = new Array<number>(shape.length);
  let rest = j;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    indices[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return indices;
}

/** Coordinates in cell j at the relative place `inside` of each axis. */
function placeIn(chart: Chart, j: number, inside: (axis: number) => number): number[] {
  return indicesOf(chart.shape, j).map(
    (index, axis) => chart.box[axis]![0] + (index + inside(axis)) * widthOf(chart, axis),
  );
}

/** Visits the points of a Gauss rule of each cell, with the share of the cell's box they stand for. */
function eachNode(
  chart: Chart,
  { nodes, weights }: QuadratureRule,
  j: number,
  visit: (place: readonly number[], share: number) => void,
): void {
  const axes = chart.shape.length;
  for (let k = 0; k < 4 ** axes; k++) {
    const index = (axis: number): number => Math.floor(k / 4 ** axis) % 4;
    let share = 1;
    for (let axis = 0; axis < axes; axis++) share *= (weights[index(axis)]! / 2) * widthOf(chart, axis);
    visit(
      placeIn(chart, j, (axis) => (1 + nodes[index(axis)]!) / 2),
      share,
    );
  }
}

/** Nodes and volumes of the cells. @cost m·4^axes */
export function gridOver(chart: Chart): ChartGrid {
  const m = chart.shape.reduce((a, b) => a * b, 1);
  const nodes = new Float64Array(m * chart.d);
  const volumes = new Float64Array(m);
  const rule = gaussLegendre(4);
  for (let j = 0; j < m; j++) {
    chart.point(
      placeIn(chart, j, () => 0.5),
      nodes.subarray(j * chart.d, (j + 1) * chart.d),
    );
    eachNode(chart, rule, j, (place, share) => {
      volumes[j]! += share * chart.volume(place);
    });
  }
  return { chart, m, nodes, cells: { volumes, shape: chart.shape, periodic: chart.periodic } };
}

/** The faces across one axis of orthogonal coordinates. */
export function facesOf({ chart, m }: ChartGrid, axis: number): Faces {
  const { d, shape, periodic } = chart;
  const points = new Float64Array(m * d);
  const crossings = new Float64Array(m * d);
  const conductances = new Float64Array(m);
  const width = widthOf(chart, axis);
  const cell = shape.reduce((product, _, k) => product * widthOf(chart, k), 1);
  for (let j = 0; j < m; j++) {
    const row = crossings.subarray(j * d, (j + 1) * d);
    const place = placeIn(chart, j, (other) => (other === axis ? 1 : 0.5));
    chart.point(place, points.subarray(j * d, (j + 1) * d));
    if (indicesOf(shape, j)[axis] === shape[axis]! - 1 && !periodic[axis]) continue;
    chart.gradient(axis, place, row);
    let square = 0;
    for (let a = 0; a < d; a++) {
      row[a]! /= width;
      square += row[a]! * row[a]!;
    }
    conductances[j] = square * cell * chart.volume(place);
  }
  return { axis, points, crossings, conductances };
}

/** The masses ∫ρ of the cells, by a Gauss rule of four points along each axis, summing to 1. @cost m·4^axes densities */
export function massesOf({ chart, m }: ChartGrid, { at }: Pick<LawDensity, "at">): Float64Array {
  const masses = new Float64Array(m);
  const rule = gaussLegendre(4);
  const x = new Float64Array(chart.d);
  let total = 0;
  for (let j = 0; j < m; j++) {
    eachNode(chart, rule, j, (place, share) => {
      chart.point(place, x);
      masses[j]! += share * chart.volume(place) * at(x);
    });
    total += masses[j]!;
  }
  for (let j = 0; j < m; j++) masses[j]! /= total;
  return masses;
}

/** The law of the masses on the grid. */
export function lawOn({ chart, m, nodes, cells }: ChartGrid, weights: Float64Array): PointCloud {
  return { kind: "point-cloud", m, d: chart.d, points: nodes, weights, cells };
}
