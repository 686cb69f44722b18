import type { Workspace } from "@meanfield/core/foundation/workspace";

/** The circle in equal cells: cell g around the angle 2πg/count. */
export interface CircleCells {
  readonly count: number;
  readonly halfWidth: number;
  /** cos and sin of 2πk/count, k = 0 … count − 1. */
  readonly cosines: Float64Array;
  readonly sines: Float64Array;
}

/** Cells not wider than 2·reach. */
export function circleCells(reach: number, work: Workspace): CircleCells {
  const count = Math.max(8, Math.ceil(Math.PI / reach));
  const cosines = work.floats(count);
  const sines = work.floats(count);
  for (let k = 0; k < count; k++) {
    cosines[k] = Math.cos((2 * Math.PI * k) / count);
    sines[k] = Math.sin((2 * Math.PI * k) / count);
  }
  return { count, halfWidth: Math.PI / count, cosines, sines };
}

/** Bound of the error of a table entry in units of roundoff: the argument up to 2π has one of 3π, the function 1. */
export const rootRounding = 11;

/**
 * Bound of |computed − exact| of an angle in a cell (rad): atan2 to two ulp of π, and π/count times up to count.
 * Engines compute atan2 to about one ulp (fdlibm).
 */
export const angleError = 1.7e-15;
