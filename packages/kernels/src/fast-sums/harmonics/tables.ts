import type { Workspace } from "@meanfield/core/foundation/workspace";
import { monomials, type SphereCells, taylorFactors } from "./cells.js";
import { legendreTaylor, triangle } from "./legendre.js";
import type { SphereSeries } from "./series.js";

/** Σ_l s_lm·h^r/r!·∂^rP̄_lm(θ) of the four series for one ring, complex at [2·(4·(m·order + r) + f)]. */
function ringSeries(
  series: SphereSeries,
  taylor: Float64Array,
  order: number,
  degrees: number,
  size: number,
  out: Float64Array,
): void {
  out.fill(0);
  for (let m = 0; m < degrees; m++) {
    for (let r = 0; r < order; r++) {
      const to = 8 * (m * order + r);
      for (let l = degrees - 1; l >= m; l--) {
        const value = taylor[r * size + triangle(l, m)]!;
        const from = 8 * triangle(l, m);
        for (let k = 0; k < 8; k++) out[to + k]! += value * series[from + k]!;
      }
    }
  }
}

/** Adds Re((re + i·im)_r (imh)^s/s!) of one order m to one cell. */
function addOrder(
  rotated: Float64Array,
  factors: Float64Array,
  m: number,
  order: number,
  tables: Float64Array,
  at: number,
) {
  let k = at;
  for (let s = 0; s < order; s++) {
    // Re(i^s w) runs through re, −im, −re, im.
    const sign = s % 4 === 1 || s % 4 === 2 ? -1 : 1;
    const factor = sign * factors[m * order + s]!;
    const end = 8 * (order - s);
    for (let from = s & 1; from < end; from += 8, k += 4) {
      tables[k]! += factor * rotated[from]!;
      tables[k + 1]! += factor * rotated[from + 2]!;
      tables[k + 2]! += factor * rotated[from + 4]!;
      tables[k + 3]! += factor * rotated[from + 6]!;
    }
  }
}

/**
 * Taylor coefficients of total and mean around every cell's centre, shape [rings, sectors, monomials, 4].
 * @cost rings·sectors·degrees·(4·monomials + 16·order) multiply-adds
 */
export function sphereTables(
  series: SphereSeries,
  cells: SphereCells,
  order: number,
  degrees: number,
  work: Workspace,
): Float64Array {
  const { rings, sectors, cosines, sines } = cells;
  const width = 4 * monomials(order);
  const factors = taylorFactors(cells.halfWidth, order, degrees, work);
  const size = triangle(degrees, 0);
  const tables = work.floats(rings * sectors * width);
  const rotated = work.floats(8 * order);
  const taylor = work.floats(order * size);
  const ringed = work.floats(8 * degrees * order);
  for (let ring = 0; ring < rings; ring++) {
    const theta = ((ring + 0.5) * Math.PI) / rings;
    legendreTaylor(theta, cells.halfWidth, order, degrees - 1, taylor);
    ringSeries(series, taylor, order, degrees, size, ringed);
    for (let f = 0; f < sectors; f++) {
      for (let m = degrees - 1; m >= 0; m--) {
        const root = (m * f) % sectors;
        const c = cosines[root]!;
        const s = sines[root]!;
        const from = 8 * m * order;
        for (let k = 0; k < 8 * order; k += 2) {
          const re = ringed[from + k]!;
          const im = ringed[from + k + 1]!;
          rotated[k] = re * c - im * s;
          rotated[k + 1] = re * s + im * c;
        }
        addOrder(rotated, factors, m, order, tables, (ring * sectors + f) * width);
      }
    }
  }
  return tables;
}
