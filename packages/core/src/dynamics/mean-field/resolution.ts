import { InputError } from "../../foundation/errors/index.js";
import { type Cells, roughness } from "../../foundation/law/index.js";
import type { SolveEvent } from "../../solve/index.js";

/** A Gaussian peak two cells wide (standard deviation): 1 − e^{−1/16}. */
const roughest = 1 - Math.exp(-1 / 16);

/**
 * `under-resolved`: the density has become narrower than two cells. The run goes on, positive and conservative, but its
 * shape below the grid is the grid's.
 * @param axes along which mass moves, all unless said
 */
export function underResolved(
  cells: Cells,
  masses: (y: Float64Array) => Float64Array,
  axes?: readonly number[],
): SolveEvent {
  return {
    name: "under-resolved",
    direction: "up",
    terminal: false,
    g: (_t, y) => roughness(masses(y), cells, axes) / roughest - 1,
  };
}

/** @throws InputError out-of-range, when the initial density is rougher than its grid can show */
export function requireResolved(cells: Cells, masses: Float64Array, axes?: readonly number[]): void {
  const found = roughness(masses, cells, axes);
  if (found < roughest) return;
  throw new InputError({
    code: "out-of-range",
    who: "level mean-field",
    rule: `the initial density must be resolved by its grid (roughness below ${roughest.toFixed(4)}: peaks two cells wide)`,
    got: `roughness ${found.toPrecision(3)} on ${cells.shape.join("×")} cells`,
    fix: `Raise grid${cells.shape.length === 1 ? ", or on the circle or the line take scheme: quantiles" : ""}`,
    details: { roughness: found, most: roughest },
    path: ["grid"],
  });
}
