import type { Workspace } from "@meanfield/core/foundation/workspace";
import { monomials, type SphereCells, taylorFactors } from "./cells.js";
import { legendreTaylor, triangle } from "./legendre.js";

/** c_lm = Σ_j a_j P̄_lm(θ_j)e^{imφ_j}, m ≥ 0, in triangles up to one degree more than the expansion has. */
export interface SphereMoments {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Sectors, or rings, summed before they join the total. */
const block = 16;

/** Σ over one ring's sectors of e^{imφ}·sums, blockwise; re and im of shape [monomials]. */
function sectorSums(
  table: Float64Array,
  cells: SphereCells,
  ring: number,
  m: number,
  sums: readonly [re: Float64Array, im: Float64Array, partRe: Float64Array, partIm: Float64Array],
): void {
  const [re, im, partRe, partIm] = sums;
  const width = re.length;
  const { sectors, cosines, sines } = cells;
  re.fill(0);
  im.fill(0);
  for (let from = 0; from < sectors; from += block) {
    partRe.fill(0);
    partIm.fill(0);
    for (let f = from; f < Math.min(sectors, from + block); f++) {
      const root = (m * f) % sectors;
      const c = cosines[root]!;
      const s = sines[root]!;
      const at = (ring * sectors + f) * width;
      for (let k = 0; k < width; k++) {
        const value = table[at + k]!;
        partRe[k]! += c * value;
        partIm[k]! += s * value;
      }
    }
    for (let k = 0; k < width; k++) {
      re[k]! += partRe[k]!;
      im[k]! += partIm[k]!;
    }
  }
}

/** Adds a part to the total and empties it. */
function join(part: SphereMoments, total: SphereMoments): void {
  for (let k = 0; k < total.re.length; k++) {
    total.re[k]! += part.re[k]!;
    total.im[k]! += part.im[k]!;
  }
  part.re.fill(0);
  part.im.fill(0);
}

/** Σ_s (imh)^s/s!·(re + i·im)_{s,r} for every r, to [order] complex numbers. */
function joinLongitude(
  re: Float64Array,
  im: Float64Array,
  factors: Float64Array,
  m: number,
  order: number,
  out: readonly [Float64Array, Float64Array],
): void {
  const [outRe, outIm] = out;
  outRe.fill(0);
  outIm.fill(0);
  let first = re.length;
  // The highest power first: a term of power s then goes through s + 1 additions.
  for (let s = order - 1; s >= 0; s--) {
    const factor = (s & 2 ? -1 : 1) * factors[m * order + s]!;
    first -= order - s;
    for (let r = 0, k = first; r + s < order; r++, k++) {
      if (s & 1) {
        outRe[r]! -= factor * im[k]!;
        outIm[r]! += factor * re[k]!;
      } else {
        outRe[r]! += factor * re[k]!;
        outIm[r]! += factor * im[k]!;
      }
    }
  }
}

/**
 * Moments up to degree maxDegree from the cells' power sums S_{ring,sector}[s, r] = Σ a_j t_j^r u_j^s.
 * @cost 2·rings·sectors·maxDegree·monomials multiply-adds
 */
export function sphereMoments(
  table: Float64Array,
  cells: SphereCells,
  order: number,
  maxDegree: number,
  work: Workspace,
): SphereMoments {
  const factors = taylorFactors(cells.halfWidth, order, maxDegree + 1, work);
  const size = triangle(maxDegree + 1, 0);
  const moments = { re: work.floats(size), im: work.floats(size) };
  const part = { re: work.floats(size), im: work.floats(size) };
  const wide = () => work.floats(monomials(order));
  const sums = [wide(), wide(), wide(), wide()] as const;
  const joined = [work.floats(order), work.floats(order)] as const;
  const taylor = work.floats(order * size);
  for (let ring = 0; ring < cells.rings; ring++) {
    const theta = ((ring + 0.5) * Math.PI) / cells.rings;
    legendreTaylor(theta, cells.halfWidth, order, maxDegree, taylor);
    for (let m = 0; m <= maxDegree; m++) {
      sectorSums(table, cells, ring, m, sums);
      joinLongitude(sums[0], sums[1], factors, m, order, joined);
      for (let l = m; l <= maxDegree; l++) {
        const at = triangle(l, m);
        let re = 0;
        let im = 0;
        for (let r = order - 1; r >= 0; r--) {
          re += taylor[r * size + at]! * joined[0][r]!;
          im += taylor[r * size + at]! * joined[1][r]!;
        }
        part.re[at]! += re;
        part.im[at]! += im;
      }
    }
    if (ring % block === block - 1 || ring === cells.rings - 1) join(part, moments);
  }
  return moments;
}
