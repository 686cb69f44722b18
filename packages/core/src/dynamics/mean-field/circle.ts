import type { InitialLaw } from "../../laws/contract.js";
import type { Model } from "../../model/index.js";
import type { BoundLevel } from "../contract.js";
import { type Chart, type ChartGrid, facesOf, gridOver, massesOf } from "./chart.js";
import { modelOnCircle } from "./circle-attention.js";
import { gridLevel } from "./grid-level.js";

/** The angle θ ∈ [0, 2π), x = (cos θ, sin θ). */
export function circleChart(n: number): Chart {
  return {
    d: 2,
    box: [[0, 2 * Math.PI]],
    shape: [n],
    periodic: [true],
    point([theta], out) {
      out[0] = Math.cos(theta!);
      out[1] = Math.sin(theta!);
    },
    volume: () => 1,
    gradient(_axis, [theta], out) {
      out[0] = -Math.sin(theta!);
      out[1] = Math.cos(theta!);
    },
  };
}

/** The nodes of a grid as the source of the attention; the weights are the masses. */
export function nodesAsSource({ m, chart, nodes }: ChartGrid) {
  return (weights: Float64Array) => ({ m, d: chart.d, points: nodes, weights });
}

/** ∂_tρ + ∂_θ(ρ⟨τ, Γ⟩) = 0 on n cells of the circle. */
export function circleLevel(model: Model, initial: InitialLaw, n: number, tolerance: number): BoundLevel {
  const grid = gridOver(circleChart(n));
  const fast = modelOnCircle(model, grid.nodes, 0.5);
  const flow = { model: fast, grid, faces: [facesOf(grid, 0)], source: nodesAsSource(grid) };
  return gridLevel(flow, massesOf(grid, initial.density!), tolerance);
}
