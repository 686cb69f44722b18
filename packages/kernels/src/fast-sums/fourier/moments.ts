import type { Workspace } from "@meanfield/core/foundation/workspace";
import type { CircleCells } from "./cells.js";

/** Σ_j a_j cos kθ_j and Σ_j a_j sin kθ_j, k = 0 … count − 1. */
export interface CircleMoments {
  readonly cosine: Float64Array;
  readonly sine: Float64Array;
}

/** Cells summed before they join the total: keeps the number of additions a term goes through near block + cells/block. */
const block = 32;

/** h^r k^r/r! at [k·order + r]. */
export function taylorPowers(halfWidth: number, order: number, degrees: number, work: Workspace): Float64Array {
  const powers = work.floats(degrees * order);
  for (let k = 0; k < degrees; k++) {
    powers[k * order] = 1;
    for (let r = 1; r < order; r++) powers[k * order + r] = (powers[k * order + r - 1]! * (k * halfWidth)) / r;
  }
  return powers;
}

/** Adds Σ_g e^{ikθ_g}·table_g over one block of cells to re and im, shape [order]. */
function addBlock(
  table: Float64Array,
  cells: CircleCells,
  k: number,
  from: number,
  to: number,
  re: Float64Array,
  im: Float64Array,
): void {
  const order = re.length;
  for (let g = from; g < to; g++) {
    const root = (k * g) % cells.count;
    const c = cells.cosines[root]!;
    const s = cells.sines[root]!;
    for (let r = 0; r < order; r++) {
      const value = table[g * order + r]!;
      re[r]! += c * value;
      im[r]! += s * value;
    }
  }
}

/**
 * Moments from the cells' power sums: Σ_g e^{ikθ_g} Σ_r (ikh)^r/r!·S_gr, for one degree more than the expansion has.
 * @param table S_gr = Σ_{j in g} a_j t_j^r, shape [cells, order]
 * @cost cells·degrees·order·2 multiply-adds
 */
export function circleMoments(
  table: Float64Array,
  cells: CircleCells,
  order: number,
  degrees: number,
  work: Workspace,
): CircleMoments {
  const powers = taylorPowers(cells.halfWidth, order, degrees + 1, work);
  const cosine = work.floats(degrees + 1);
  const sine = work.floats(degrees + 1);
  const [re, im] = [work.floats(order), work.floats(order)];
  const [partRe, partIm] = [work.floats(order), work.floats(order)];
  for (let k = 0; k <= degrees; k++) {
    re.fill(0);
    im.fill(0);
    for (let from = 0; from < cells.count; from += block) {
      partRe.fill(0);
      partIm.fill(0);
      addBlock(table, cells, k, from, Math.min(cells.count, from + block), partRe, partIm);
      for (let r = 0; r < order; r++) {
        re[r]! += partRe[r]!;
        im[r]! += partIm[r]!;
      }
    }
    for (let r = order - 4; r >= 0; r -= 4) {
      const p = k * order + r;
      // i^r runs through 1, i, −1, −i.
      cosine[k]! += powers[p]! * re[r]! - powers[p + 1]! * im[r + 1]!;
      cosine[k]! += powers[p + 3]! * im[r + 3]! - powers[p + 2]! * re[r + 2]!;
      sine[k]! += powers[p]! * im[r]! + powers[p + 1]! * re[r + 1]!;
      sine[k]! -= powers[p + 2]! * im[r + 2]! + powers[p + 3]! * re[r + 3]!;
    }
  }
  return { cosine, sine };
}
