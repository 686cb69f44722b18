import type { Workspace } from "@meanfield/core/foundation/workspace";

/** One coordinate of points, centred, in equal cells; a coordinate that does not vary, or does not exist, has one. */
export interface AxisCells {
  readonly centre: number;
  /** Greatest distance from the centre. */
  readonly halfRange: number;
  readonly count: number;
  readonly halfWidth: number;
}

export function axisCells(centre: number, halfRange: number, count: number): AxisCells {
  return { centre, halfRange, count, halfWidth: halfRange > 0 ? halfRange / count : 1 };
}

/** The centre of cell g, relative to the axis' centre. */
export const cellCentre = ({ halfRange, halfWidth, count }: AxisCells, g: number): number =>
  halfRange > 0 ? (2 * g + 1 - count) * halfWidth : 0;

/** x^k/k!, k = 0 … order − 1. */
function powers(x: number, order: number, work: Workspace): Float64Array {
  const out = work.floats(order);
  out[0] = 1;
  for (let k = 1; k < order; k++) out[k] = (out[k - 1]! * x) / k;
  return out;
}

/** Coefficients of s^σ t^r, σ, r < order, of exp(qht + kys + khst), at [r·order + σ]. */
function pairCoefficients(q: number, h: number, y: number, k: number, order: number, work: Workspace) {
  const [inT, inS, mixed] = [powers(q * h, order, work), powers(k * y, order, work), powers(k * h, order, work)];
  const out = work.floats(order * order);
  for (let r = 0; r < order; r++) {
    for (let s = 0; s < order; s++) {
      let sum = 0;
      for (let i = Math.min(r, s); i >= 0; i--) sum += mixed[i]! * inT[r - i]! * inS[s - i]!;
      out[r * order + s] = sum;
    }
  }
  return out;
}

/** The two matrices of an axis, from key moments to query coefficients: of e^{qy}, and of y·e^{qy}. */
export interface AxisMatrices {
  /** Shape [key cells·order, query cells·order]. */
  readonly plain: Float64Array;
  readonly timesKey: Float64Array;
  /** Logarithm of the unit per query cell (nat): max_g of the centres' products. */
  readonly unit: Float64Array;
}

/**
 * With y = y_g + ht and q = q_c + ks: e^{qy} = e^{q_c y_g}·Σ_{r,σ} c_{rσ} t^r s^σ. Every weight e^{q_c y_g} is positive and
 * taken relative to the greatest of its query cell.
 * @cost keyCells·queryCells·order³
 */
export function axisMatrices(keys: AxisCells, queries: AxisCells, order: number, work: Workspace): AxisMatrices {
  const [rows, columns] = [keys.count * order, queries.count * order];
  const plain = work.floats(rows * columns);
  const timesKey = work.floats(rows * columns);
  const unit = work.floats(queries.count);
  const h = keys.halfWidth;
  for (let c = 0; c < queries.count; c++) {
    const q = cellCentre(queries, c);
    unit[c] = Math.abs(q) * Math.abs(cellCentre(keys, 0));
    for (let g = 0; g < keys.count; g++) {
      const y = cellCentre(keys, g);
      const weight = Math.exp(q * y - unit[c]!);
      const mark = work.mark();
      const pair = pairCoefficients(
        q,
        keys.halfRange > 0 ? h : 0,
        y,
        queries.halfRange > 0 ? queries.halfWidth : 0,
        order,
        work,
      );
      for (let r = 0; r < order; r++) {
        const at = (g * order + r) * columns + c * order;
        for (let s = 0; s < order; s++) {
          const here = weight * pair[r * order + s]!;
          plain[at + s] = here;
          timesKey[at + s] = y * here + (r > 0 && keys.halfRange > 0 ? h * weight * pair[(r - 1) * order + s]! : 0);
        }
      }
      work.release(mark);
    }
  }
  return { plain, timesKey, unit };
}
