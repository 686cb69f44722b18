import type { InitialLaw } from "../../laws/contract.js";
import type { Model } from "../../model/index.js";
import type { BoundLevel } from "../contract.js";
import { type Chart, facesOf, gridOver, massesOf } from "./chart.js";
import { nodesAsSource } from "./circle.js";
import { gridLevel } from "./grid-level.js";

/** (z, φ) on S², x = (√(1−z²) cos φ, √(1−z²) sin φ, z): dσ = dz dφ, so that equal cells have equal areas. */
function sphereChart(rings: number): Chart {
  return {
    d: 3,
    box: [
      [-1, 1],
      [0, 2 * Math.PI],
    ],
    shape: [rings, 2 * rings],
    periodic: [false, true],
    point([z, phi], out) {
      const radius = Math.sqrt(1 - z! * z!);
      out[0] = radius * Math.cos(phi!);
      out[1] = radius * Math.sin(phi!);
      out[2] = z!;
    },
    volume: () => 1,
    gradient(axis, [z, phi], out) {
      const radius = Math.sqrt(1 - z! * z!);
      const [c, s] = [Math.cos(phi!), Math.sin(phi!)];
      if (axis === 0) {
        out[0] = -z! * radius * c;
        out[1] = -z! * radius * s;
        out[2] = radius * radius;
      } else {
        out[0] = -s / radius;
        out[1] = c / radius;
        out[2] = 0;
      }
    },
  };
}

/**
 * The continuity equation on S² on rings × 2·rings cells of equal area. No mass crosses a pole but around it, where
 * the cells are √(2/rings) long and the order falls to 1.
 *
 * @accuracy order 1.3 in the number of rings, measured (mean-field/sphere.test.ts)
 */
export function sphereLevel(model: Model, initial: InitialLaw, rings: number, tolerance: number): BoundLevel {
  const grid = gridOver(sphereChart(rings));
  const flow = { model, grid, faces: [0, 1].map((axis) => facesOf(grid, axis)), source: nodesAsSource(grid) };
  return gridLevel(flow, massesOf(grid, initial.density!), tolerance);
}
