import { InputError } from "../../foundation/errors/index.js";
import { cloudOf, momentsOf } from "../../foundation/law/index.js";
import { type RandomStream, stream } from "../../foundation/random/index.js";
import { cumulated, indexAt } from "../../foundation/statistics/index.js";
import type { Gaussian, PointCloud } from "../contract.js";

/** Coordinates of a manifold on a box of one or two intervals. */
export interface Chart {
  readonly d: number;
  /** [low, high] of each coordinate. */
  readonly box: readonly (readonly [number, number])[];
  /** Cells of each coordinate, a multiple of the pieces of the density. */
  readonly counts: readonly number[];
  /** The point of shape [d]; `random` draws what the coordinates leave open. */
  point(coordinates: readonly number[], out: Float64Array, random?: RandomStream): void;
  /** Volume of a unit of the box. */
  volume(coordinates: readonly number[]): number;
}

/** The masses of the cells of a chart. */
export interface Table {
  readonly chart: Chart;
  /** Shape counts, row-major; sums to 1. */
  readonly masses: Float64Array;
}

const cellsOf = ({ counts }: Chart): number => counts.reduce((a, b) => a * b, 1);

/** Where in the box cell j lies at the relative place `inside` of each coordinate. */
function placeIn({ box, counts }: Chart, j: number, inside: (axis: number) => number): number[] {
  const place = new Array<number>(counts.length);
  let rest = j;
  for (let axis = counts.length - 1; axis >= 0; axis--) {
    const [low, high] = box[axis]!;
    const index = rest % counts[axis]!;
    place[axis] = low + ((index + inside(axis)) / counts[axis]!) * (high - low);
    rest = Math.floor(rest / counts[axis]!);
  }
  return place;
}

/** Where the cells of a chart are, the same for every density over it. */
interface Midpoints {
  /** Shape [cells, d]: a row each, so that a density reads its own array. */
  readonly points: readonly Float64Array[];
  readonly volumes: Float64Array;
}

function midpointsOf(chart: Chart): Midpoints {
  const volumes = new Float64Array(cellsOf(chart));
  const points = Array.from(volumes, (_, j) => {
    const place = placeIn(chart, j, () => 0.5);
    volumes[j] = chart.volume(place);
    const x = new Float64Array(chart.d);
    chart.point(place, x);
    return x;
  });
  return { points, volumes };
}

/** The masses of a density at midpoints, summing to 1. */
function massesAt({ points, volumes }: Midpoints, density: (x: Float64Array) => number): Float64Array {
  const masses = new Float64Array(volumes.length);
  let total = 0;
  const refuse = (rule: string, got: string): never => {
    throw new InputError({ code: "out-of-range", who: "initial density", rule, got, fix: "Write a density" });
  };
  for (let j = 0; j < masses.length; j++) {
    const value = density(points[j]!);
    if (!(value >= 0 && Number.isFinite(value))) {
      refuse("must be finite and nowhere negative", `${value} at x = [${Array.from(points[j]!).join(", ")}]`);
    }
    masses[j] = value * volumes[j]!;
    total += masses[j]!;
  }
  if (!(total > 0 && Number.isFinite(total))) refuse("must have a positive finite mass", String(total));
  for (let j = 0; j < masses.length; j++) masses[j]! /= total;
  return masses;
}

/**
 * The masses of a density at the midpoints of the cells.
 * @throws out-of-range (negative, not finite, or no mass at all)
 */
export const tabulate = (chart: Chart, density: (x: Float64Array) => number): Table => ({
  chart,
  masses: massesAt(midpointsOf(chart), density),
});

/** Moments of the cells' midpoints. `draws`: the points of an open coordinate are not at hand, so `chart.point` is symmetric. */
export function tableMoments({ chart, masses }: Table): Gaussian {
  const { d } = chart;
  const points = new Float64Array(masses.length * d);
  for (let j = 0; j < masses.length; j++) {
    chart.point(
      placeIn(chart, j, () => 0.5),
      points.subarray(j * d, j * d + d),
    );
  }
  return momentsOf({ m: masses.length, d, points, weights: masses });
}

/** One draw: a cell by its mass, then uniform in the cell. */
function drawOne(chart: Chart, ends: Float64Array, random: RandomStream, out: Float64Array): void {
  const cell = indexAt(ends, random.uniform());
  const place = placeIn(chart, cell, () => random.uniform());
  chart.point(place, out, random);
}

/** n draws, token i by the cumulated masses `endsAt(i)`. */
function drawEach(chart: Chart, endsAt: (i: number) => Float64Array, n: number, seed: number, run: number): PointCloud {
  const random = stream({ seed, purpose: "initial tokens", run });
  const points = new Float64Array(n * chart.d);
  for (let i = 0; i < n; i++) drawOne(chart, endsAt(i), random, points.subarray(i * chart.d, (i + 1) * chart.d));
  return cloudOf(points, n, chart.d);
}

/** n draws from one table. */
export function drawFrom({ chart, masses }: Table, n: number, seed: number, run = 0): PointCloud {
  const ends = cumulated(masses);
  return drawEach(chart, () => ends, n, seed, run);
}

/** Numbers of tables that are kept from one draw to the next: 32 MiB. */
const mostKept = 2 ** 22;

/**
 * Draws of n tokens, token i from the density at its own position (i + 1)/n. Repeats share their tables where all of them
 * have room.
 * @cost n tables, once or for each draw
 */
export function drawsByPosition(
  chart: Chart,
  density: (x: Float64Array, s: number) => number,
  n: number,
): (seed: number, run?: number) => PointCloud {
  const cells = midpointsOf(chart);
  const kept: Float64Array[] | undefined = n * cells.volumes.length <= mostKept ? [] : undefined;
  const tableAt = (i: number) => cumulated(massesAt(cells, (x) => density(x, (i + 1) / n)));
  const endsAt = (i: number): Float64Array => {
    if (kept === undefined) return tableAt(i);
    kept[i] ??= tableAt(i);
    return kept[i];
  };
  return (seed, run = 0) => drawEach(chart, endsAt, n, seed, run);
}

/** Positions over which a law that depends on them is averaged: midpoints, order 2. */
const averagedPositions = 64;

/** The law of x alone, ∫ρ(x | s)/∫ρ(y | s)dy ds. */
export function tabulateMean(chart: Chart, density: (x: Float64Array, s: number) => number): Table {
  const masses = new Float64Array(cellsOf(chart));
  const cells = midpointsOf(chart);
  for (let p = 0; p < averagedPositions; p++) {
    const s = (p + 0.5) / averagedPositions;
    const here = massesAt(cells, (x) => density(x, s));
    for (let j = 0; j < masses.length; j++) masses[j]! += here[j]! / averagedPositions;
  }
  return { chart, masses };
}
