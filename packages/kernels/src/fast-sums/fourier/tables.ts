import type { Workspace } from "@meanfield/core/foundation/workspace";
import type { CircleCells } from "./cells.js";
import { type CircleMoments, taylorPowers } from "./moments.js";

/** c_k of three real series Re Σ_k c_k e^{ikφ}: total, mean·x, mean·y; [re, im] of each at [6k]. */
function seriesOf(
  { cosine, sine }: CircleMoments,
  coefficients: Float64Array,
  radius: number,
  work: Workspace,
): Float64Array {
  const series = work.floats(6 * coefficients.length);
  for (let k = 0; k < coefficients.length; k++) {
    const g = (k === 0 ? 0.5 : 1) * coefficients[k]!;
    // Moments of order −1 are the conjugates of those of order 1.
    const before = Math.abs(k - 1);
    const c = cosine[before]!;
    const s = (k === 0 ? -1 : 1) * sine[before]!;
    const cNext = cosine[k + 1]!;
    const sNext = sine[k + 1]!;
    series[6 * k] = 2 * g * cosine[k]!;
    series[6 * k + 1] = -2 * g * sine[k]!;
    series[6 * k + 2] = radius * g * (c + cNext);
    series[6 * k + 3] = -radius * g * (s + sNext);
    series[6 * k + 4] = radius * g * (sNext - s);
    series[6 * k + 5] = radius * g * (cNext - c);
  }
  return series;
}

/**
 * Taylor coefficients of total and mean around every cell's centre in half-widths, shape [cells, order, 3].
 * @cost 3·cells·degrees·order multiply-adds
 */
export function queryTables(
  moments: CircleMoments,
  coefficients: Float64Array,
  radius: number,
  cells: CircleCells,
  order: number,
  work: Workspace,
): Float64Array {
  const degrees = coefficients.length;
  const series = seriesOf(moments, coefficients, radius, work);
  const powers = taylorPowers(cells.halfWidth, order, degrees, work);
  const tables = work.floats(3 * cells.count * order);
  for (let g = 0; g < cells.count; g++) {
    for (let k = degrees - 1; k >= 0; k--) {
      const root = (k * g) % cells.count;
      const c = cells.cosines[root]!;
      const s = cells.sines[root]!;
      for (let f = 0; f < 3; f++) {
        const a = series[6 * k + 2 * f]!;
        const b = series[6 * k + 2 * f + 1]!;
        const re = a * c - b * s;
        const im = a * s + b * c;
        for (let r = 0; r < order; r += 4) {
          const p = k * order + r;
          const at = 3 * (g * order + r) + f;
          tables[at]! += powers[p]! * re;
          tables[at + 3]! -= powers[p + 1]! * im;
          tables[at + 6]! -= powers[p + 2]! * re;
          tables[at + 9]! += powers[p + 3]! * im;
        }
      }
    }
  }
  return tables;
}
