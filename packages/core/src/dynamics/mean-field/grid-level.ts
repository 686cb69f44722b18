import type { PointCloud } from "../../foundation/law/index.js";
import type { WeightedPoints } from "../../foundation/shapes/index.js";
import type { Model } from "../../model/index.js";
import { adaptive } from "../../solve/index.js";
import type { BoundLevel } from "../contract.js";
import { type ChartGrid, type Faces, lawOn } from "./chart.js";
import { advect, diffuse } from "./finite-volume.js";
import { positiveSteps } from "./positive-steps.js";
import { requireResolved, underResolved } from "./resolution.js";

/** What a finite-volume level on a fixed grid is made of. */
export interface GridFlow {
  readonly model: Model;
  readonly grid: ChartGrid;
  /** One entry for each axis along which mass moves. */
  readonly faces: readonly Faces[];
  /** The masses as the attention sees them: on the nodes, or on more points. */
  source(masses: Float64Array): WeightedPoints;
  /** Positions of the faces' queries, where the law has positions; shape [m]. */
  readonly positions?: Float64Array;
  /** The law of the masses, as distances and observables see it. */
  law?(masses: Float64Array): PointCloud;
}

/** All faces as queries, axis after axis. */
function queriesOf({ faces, grid, positions }: GridFlow): WeightedPoints {
  const m = faces.length * grid.m;
  const { d } = grid.chart;
  const points = new Float64Array(m * d);
  faces.forEach((one, k) => {
    points.set(one.points, k * grid.m * d);
  });
  const weights = new Float64Array(m).fill(1 / m);
  if (positions === undefined) return { m, d, points, weights };
  const repeated = new Float64Array(m);
  faces.forEach((_, k) => {
    repeated.set(positions, k * grid.m);
  });
  return { m, d, points, weights, positions: repeated };
}

/** ẇ of the masses, and what leaves each cell. */
function flowOf(flow: GridFlow) {
  const { model, grid, faces } = flow;
  const { d } = grid.chart;
  const queries = queriesOf(flow);
  const field = new Float64Array(queries.m * d);
  const scratch = new Float64Array(queries.m * d);
  const rates = new Float64Array(grid.m);
  const outflow = new Float64Array(grid.m);
  const rate = (t: number, masses: Float64Array, out: Float64Array): void => {
    model.fieldAt(flow.source(masses), queries, t, field, scratch);
    out.fill(0);
    outflow.fill(0);
    const spread = 0.5 * model.noise.sigma(t) ** 2;
    for (let k = 0; k < faces.length; k++) {
      const { axis, crossings, conductances } = faces[k]!;
      const from = k * grid.m * d;
      for (let j = 0; j < grid.m; j++) {
        let crossing = 0;
        for (let a = 0; a < d; a++) crossing += crossings[j * d + a]! * field[from + j * d + a]!;
        rates[j] = crossing;
      }
      advect(grid.cells, axis, masses, rates, out, outflow);
      if (spread > 0) diffuse(grid.cells, axis, masses, conductances, spread, out, outflow);
    }
  };
  return { rate, outflow };
}

/**
 * The continuity equation on a fixed grid: masses w of the cells, fluxes through the faces with the field of the masses
 * themselves, and ½σ²Δ of the noise of the model; ssp-rk3 under the positivity limit, which noise makes one of h²/σ², and a
 * relative tolerance.
 *
 * @cost one field of the grid at its faces for each of four evaluations a step
 */
export function gridLevel(flow: GridFlow, masses: Float64Array, tolerance: number): BoundLevel {
  const { model, grid } = flow;
  const { m } = grid;
  const axes = flow.faces.map(({ axis }) => axis);
  requireResolved(grid.cells, masses, axes);
  const moving = flowOf(flow);
  const method = positiveSteps(moving, m, m);
  return {
    name: "mean-field",
    problem: {
      y0: masses.slice(),
      layout: { mass: { offset: 0, shape: grid.chart.shape } },
      breakpoints: model.breakpoints,
      drift: moving.rate,
    },
    kind: "point-cloud",
    law: (y) => flow.law?.(y) ?? lawOn(grid, y),
    events: [underResolved(grid.cells, (y) => y, axes)],
    own: { method, stepping: adaptive({ rtol: tolerance, atol: tolerance / m }) },
    confirmStops: false,
  };
}
