import type { Workspace } from "@meanfield/core/foundation/workspace";

/** Colatitude in `rings` equal bands, longitude in 2·rings equal sectors: cells of one half-width in both angles. */
export interface SphereCells {
  readonly rings: number;
  readonly sectors: number;
  /** π/sectors (rad). */
  readonly halfWidth: number;
  /** cos and sin of 2πk/sectors, k = 0 … sectors − 1. */
  readonly cosines: Float64Array;
  readonly sines: Float64Array;
}

export function sphereCells(rings: number, work: Workspace): SphereCells {
  const sectors = 2 * rings;
  const [cosines, sines] = [work.floats(sectors), work.floats(sectors)];
  for (let k = 0; k < sectors; k++) {
    const angle = (2 * Math.PI * k) / sectors;
    cosines[k] = Math.cos(angle);
    sines[k] = Math.sin(angle);
  }
  return { rings, sectors, halfWidth: Math.PI / sectors, cosines, sines };
}

/** Monomials t^r u^s with r + s < order, grouped by s: [s = 0: r = 0 …], [s = 1: …], …. */
export const monomials = (order: number): number => (order * (order + 1)) / 2;

/** h^s m^s/s! at [m·order + s]. */
export function taylorFactors(halfWidth: number, order: number, degrees: number, work: Workspace): Float64Array {
  const factors = work.floats(degrees * order);
  for (let m = 0; m < degrees; m++) {
    factors[m * order] = 1;
    for (let s = 1; s < order; s++) factors[m * order + s] = (factors[m * order + s - 1]! * (m * halfWidth)) / s;
  }
  return factors;
}

/**
 * Bound of the distance between a unit vector and the one its computed colatitude and longitude mean: two ulp of
 * either arctangent, the rounding of √(x² + y²), and of π/rings times up to rings.
 */
export const sphereAngleError = 2.6e-15;
