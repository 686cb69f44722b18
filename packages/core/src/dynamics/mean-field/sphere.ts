import type { InitialLaw } from "../../laws/contract.js";
import type { Model } from "../../model/index.js";
import type { BoundLevel } from "../contract.js";
import { type Chart, type ChartGrid, facesOf, gridOver, massesOf } from "./chart.js";
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
 * Conductances along the rings under which the coordinates x and y of S² are eigenfunctions of the discrete Laplacian with
 * the value −2 of the true one, as z is already on rings of equal height: the first degree decays alike in all directions,
 * near the poles too, where the plain ones err by the width of a ring. They are those to O(h²) away from there.
 *
 * @source derived: on r_i cos φ_j the Laplacian is G_i(r_{i+1} − r_i) − G_{i−1}(r_i − r_{i−1}) − (2 − 2 cos Δφ)c_i r_i over
 *   the volume; set to −2r_i, solved for c_i
 */
function ringConductances(grid: ChartGrid, meridional: Float64Array): Float64Array {
  const [rings, around] = grid.chart.shape as [number, number];
  const angle = (2 * Math.PI) / around;
  const volume = grid.cells.volumes[0]!;
  const radius = Float64Array.from({ length: rings }, (_, i) => Math.sqrt(1 - ((2 * i + 1) / rings - 1) ** 2));
  const conductances = new Float64Array(grid.m);
  for (let i = 0; i < rings; i++) {
    const above = i < rings - 1 ? meridional[i * around]! * (radius[i + 1]! - radius[i]!) : 0;
    const below = i > 0 ? meridional[(i - 1) * around]! * (radius[i]! - radius[i - 1]!) : 0;
    const along = (above - below + 2 * volume * radius[i]!) / (radius[i]! * (2 - 2 * Math.cos(angle)));
    conductances.fill(along, i * around, (i + 1) * around);
  }
  return conductances;
}

/**
 * The continuity equation on S² on rings × 2·rings cells of equal area. No mass crosses a pole but around it, where
 * the cells are √(2/rings) long and the order falls to 1.
 *
 * @accuracy order 1.3 in the number of rings, measured (mean-field/sphere.test.ts)
 */
export function sphereLevel(model: Model, initial: InitialLaw, rings: number, tolerance: number): BoundLevel {
  const grid = gridOver(sphereChart(rings));
  const [across, around] = [facesOf(grid, 0), facesOf(grid, 1)];
  const faces = [across, { ...around, conductances: ringConductances(grid, across.conductances) }];
  const flow = { model, grid, faces, source: nodesAsSource(grid) };
  return gridLevel(flow, massesOf(grid, initial.density!), tolerance);
}
