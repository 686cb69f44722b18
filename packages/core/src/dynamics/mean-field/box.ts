import type { PointCloud } from "../../foundation/law/index.js";
import type { WeightedPoints } from "../../foundation/shapes/index.js";
import { createModel, type Model } from "../../model/index.js";
import { adaptive } from "../../solve/index.js";
import type { BoundLevel, LevelContext } from "../contract.js";
import { boxMonitor, boxReached, massBeyond, requireHeld, requireInside, requireWhole } from "./box-bounds.js";
import { affineMotion, determinant, place, solveScale, standardChart } from "./box-frame.js";
import { noiseInFrame } from "./box-noise.js";
import { type BoxShape, type BoxState, partsOf, slicesOf, startOf } from "./box-state.js";
import { type ChartGrid, gridOver } from "./chart.js";
import { advect } from "./finite-volume.js";
import { positiveSteps } from "./positive-steps.js";
import { requireResolved, underResolved } from "./resolution.js";
import { overStretches } from "./stretches.js";

/** The values half a cell above every cell but the last along an axis: cubic between four nodes, straight next to the ends. */
function putAbove(values: Float64Array, count: number, stride: number, out: Float64Array): void {
  for (let j = 0; j < values.length; j++) {
    const along = Math.floor(j / stride) % count;
    if (along === count - 1) continue;
    const here = values[j]!;
    const up = values[j + stride]!;
    if (along === 0 || along >= count - 2) out[j] = (here + up) / 2;
    else out[j] = (9 * (here + up) - values[j - stride]! - values[j + 2 * stride]!) / 16;
  }
}

/** Moves one slice: the frame by the affine motion nearest to the field, the masses by what the field is beyond that. */
function sliceFlow(grid: ChartGrid, slices: number) {
  const { m, chart, nodes, cells } = grid;
  const { d, shape } = chart;
  const width = (2 * chart.box[0]![1]) / shape[0]!;
  const follow = affineMotion(grid, d);
  const relative = shape.map(() => new Float64Array(m));
  const [rates, conditional] = [new Float64Array(m), new Float64Array(m)];
  const [moved, solved] = [new Float64Array(d), new Float64Array(d)];
  return ({ masses, scale }: BoxState, field: Float64Array, out: BoxState, outflow: Float64Array): void => {
    for (let j = 0; j < m; j++) conditional[j] = slices * masses[j]!;
    follow(conditional, field, out.centre, out.scale);
    for (let j = 0; j < m; j++) {
      for (let a = 0; a < d; a++) {
        let grown = out.centre[a]!;
        for (let b = 0; b < d; b++) grown += out.scale[a * d + b]! * nodes[j * d + b]!;
        moved[a] = field[j * d + a]! - grown;
      }
      solveScale(scale, d, moved, solved);
      for (let a = 0; a < d; a++) relative[a]![j] = solved[a]! / width;
    }
    out.masses.fill(0);
    outflow.fill(0);
    for (let axis = 0; axis < d; axis++) {
      const values = relative[axis]!;
      const count = shape[axis]!;
      const stride = axis === d - 1 ? 1 : count;
      putAbove(values, count, stride, rates);
      advect(cells, axis, masses, rates, out.masses, outflow);
    }
  };
}

/** Masses, frames and outflow of all slices at a depth. */
function boxFlow(model: Model, grid: ChartGrid, of: BoxShape, positions: Float64Array | undefined) {
  const { m, slices, d } = of;
  const total = slices * m;
  const points = new Float64Array(total * d);
  const nodeWeights = new Float64Array(total).fill(1 / total);
  const [field, scratch] = [new Float64Array(total * d), new Float64Array(total * d)];
  const outflow = new Float64Array(total);
  const move = sliceFlow(grid, slices);
  const diffuse = noiseInFrame(grid, slices);
  const standing = positions === undefined ? {} : { positions };
  const queries = { m: total, d, points, weights: nodeWeights, ...standing };
  const sliceOf = slicesOf(of);
  const massesOf = new WeakMap<Float64Array, WeightedPoints>();
  const sourceOf = (y: Float64Array): WeightedPoints => {
    let source = massesOf.get(y);
    if (source === undefined) {
      source = { m: total, d, points, weights: y.subarray(0, total), ...standing };
      massesOf.set(y, source);
    }
    return source;
  };
  const rowsOf = (values: Float64Array, width: number): readonly Float64Array[] =>
    Array.from({ length: slices }, (_, p) => values.subarray(p * m * width, (p + 1) * m * width));
  const [places, fields, leaving] = [rowsOf(points, d), rowsOf(field, d), rowsOf(outflow, 1)] as const;
  const rate = (t: number, y: Float64Array, out: Float64Array): void => {
    const spread = 0.5 * model.noise.sigma(t) ** 2;
    const state = sliceOf(y);
    const rates = sliceOf(out);
    for (let p = 0; p < slices; p++) place(grid.nodes, state[p]!.centre, state[p]!.scale, d, places[p]!);
    model.fieldAt(sourceOf(y), queries, t, field, scratch);
    for (let p = 0; p < slices; p++) {
      move(state[p]!, fields[p]!, rates[p]!, leaving[p]!);
      if (spread > 0) diffuse(state[p]!, spread, rates[p]!, leaving[p]!);
    }
  };
  return { rate, outflow };
}

/** Each cell's volume in x, |det S| times that in ξ, slice by slice. */
function volumesOf(y: Float64Array, of: BoxShape, { cells }: ChartGrid): Float64Array {
  const volumes = new Float64Array(of.slices * of.m);
  for (let p = 0; p < of.slices; p++) {
    const size = Math.abs(determinant(partsOf(y, of, p).scale, of.d));
    for (let j = 0; j < of.m; j++) volumes[p * of.m + j] = cells.volumes[j]! * size;
  }
  return volumes;
}

/** How a law on a box is discretised. */
export interface BoxOptions {
  /** Cells along each axis. */
  readonly perAxis: number;
  /** Half the width of the box, in standard deviations. */
  readonly halfWidth: number;
  /** Of a step, relative. */
  readonly tolerance: number;
  /** Positions of a masked law; null: the law has none. */
  readonly positions: number | null;
}

/**
 * The continuity equation on R or R² in coordinates that move with the law: x = c + Sξ, ξ on a fixed box of ±`halfWidth`
 * standard deviations, c and S following the affine motion nearest to the flow. The masses of the cells move with what
 * the velocity is beyond that; a Gaussian under a field that keeps Gaussians does not move in ξ at all. Tails beyond the
 * box are not there: near a blow-up of the moments, where e^{β⟨Qx,Ky⟩} weighs them up, the law on a box grows more slowly.
 *
 * Under a mask there is one density at each position s = (p + ½)/positions, of mass 1/positions, with c and S of its own;
 * nothing moves along s, and the slices see each other as the mask allows on average over their stretches of the context.
 *
 * Noise grows the frame as it grows the Gaussian of the same moments, and ξ sees the rest of it (box-noise.ts).
 *
 * State: mass, then centre [d], scale [d, d]; under a mask all three by position.
 *
 * @cost (positions · cells)² pairs for each evaluation
 * @accuracy order 2 in the width of a cell; Gaussian closures to the tolerance of the steps (mean-field/box.test.ts);
 *   in 1/positions that of `overStretches` (mean-field/masked-box.test.ts)
 * @source derived: arbitrary Lagrangian–Eulerian form of the continuity equation under x = c + Sξ; arXiv 2501.18322, theory.md §1
 */
export function boxLevel({ model, initial }: LevelContext, options: BoxOptions): BoundLevel {
  const { perAxis, halfWidth, tolerance } = options;
  const { d } = initial;
  const grid = gridOver(standardChart(d, perAxis, halfWidth));
  const { m, cells, nodes } = grid;
  const slices = options.positions ?? 1;
  const of: BoxShape = { m, d, slices };
  const total = slices * m;
  const masked = options.positions !== null;
  const positions = masked
    ? Float64Array.from({ length: total }, (_, j) => (Math.floor(j / m) + 0.5) / slices)
    : undefined;
  const y0 = startOf(grid, initial, of, masked);
  const [lead, shape] = masked ? [[slices], [slices, ...cells.shape]] : [[], cells.shape];
  const inFrame = { volumes: new Float64Array(total).fill(cells.volumes[0]!), shape, periodic: shape.map(() => false) };
  const axes = cells.shape.map((_, axis) => axis + lead.length);
  const massesOf = (y: Float64Array) => y.subarray(0, total);
  requireResolved(inFrame, massesOf(y0), axes);
  requireInside(y0, of, grid);
  const law = (y: Float64Array): PointCloud => {
    const points = new Float64Array(total * d);
    for (let p = 0; p < slices; p++) {
      const { centre, scale } = partsOf(y, of, p);
      place(nodes, centre, scale, d, points.subarray(p * m * d, (p + 1) * m * d));
    }
    const cloud = { m: total, d, points, weights: massesOf(y), ...(positions && { positions }) };
    return { kind: "point-cloud", ...cloud, cells: { ...inFrame, volumes: volumesOf(y, of, grid) } };
  };
  requireWhole(law(y0), initial, halfWidth);
  const beyond = massBeyond(y0, of, grid, initial);
  requireHeld(beyond, halfWidth);
  const moving = masked ? createModel({ ...model, mask: overStretches(model.mask, slices) }) : model;
  const flow = boxFlow(moving, grid, of, positions);
  const method = positiveSteps(flow, total, y0.length);
  return {
    name: "mean-field",
    problem: {
      y0,
      layout: {
        mass: { offset: 0, shape },
        centre: { offset: total, shape: [...lead, d] },
        scale: { offset: total + slices * d, shape: [...lead, d, d] },
      },
      breakpoints: model.breakpoints,
      drift: flow.rate,
    },
    kind: "point-cloud",
    law,
    events: [underResolved(inFrame, massesOf, axes), boxReached(of, grid)],
    monitors: [boxMonitor(beyond, of, grid)],
    own: { method, stepping: adaptive({ rtol: tolerance, atol: tolerance / total }) },
    confirmStops: false,
  };
}
