import { matMulTN } from "@meanfield/core/foundation/linear-algebra";
import type { Workspace } from "@meanfield/core/foundation/workspace";
import { type AxisMatrices, axisMatrices } from "./axis.js";
import type { GridLayout } from "./layout.js";

type Triple = readonly [number, number, number];

/** Visits every (cell, term) of a layout once: the place in [cell][term] order and in the tensor [axis 0, axis 1, axis 2]. */
function eachPlace(counts: Triple, orders: Triple, visit: (local: number, tensor: number) => void): void {
  const [n1, n2] = [counts[1] * orders[1], counts[2] * orders[2]];
  let local = 0;
  for (let g0 = 0; g0 < counts[0]; g0++) {
    for (let g1 = 0; g1 < counts[1]; g1++) {
      for (let g2 = 0; g2 < counts[2]; g2++) {
        for (let r0 = 0; r0 < orders[0]; r0++) {
          for (let r1 = 0; r1 < orders[1]; r1++) {
            for (let r2 = 0; r2 < orders[2]; r2++) {
              const tensor = ((g0 * orders[0] + r0) * n1 + g1 * orders[1] + r1) * n2 + g2 * orders[2] + r2;
              visit(local++, tensor);
            }
          }
        }
      }
    }
  }
}

/** Applies one matrix [rows, columns] along the first axis and moves that axis last. */
function along(tensor: Float64Array, matrix: Float64Array, rows: number, work: Workspace): Float64Array {
  const rest = tensor.length / rows;
  const columns = matrix.length / rows;
  const out = work.floats(rest * columns);
  matMulTN(tensor, matrix, rest, rows, columns, out);
  return out;
}

/** What the queries read. */
export interface GridTables {
  /** Taylor coefficients of total and of the mean's centred coordinates, shape [cells, terms, d + 1]. */
  readonly values: Float64Array;
  /** Logarithm of the unit per axis and query cell (nat). */
  readonly units: readonly Float64Array[];
}

/**
 * Query coefficients from key moments, one axis after the other: the matrix of y·e^{qy} on axis a gives coordinate a of
 * the mean.
 * @param moments shape [cells, terms]
 */
export function gridTables(moments: Float64Array, layout: GridLayout, work: Workspace): GridTables {
  const { d, orders, keys, queries } = layout;
  const keyCounts = keys.map(({ count }) => count) as unknown as Triple;
  const queryCounts = queries.map(({ count }) => count) as unknown as Triple;
  const start = work.floats(moments.length);
  eachPlace(keyCounts, orders, (local, tensor) => {
    start[tensor] = moments[local]!;
  });
  const matrices = keys.map((axis, a): AxisMatrices => axisMatrices(axis, queries[a]!, orders[a]!, work));
  const cells = queryCounts.reduce((product, count, axis) => product * count * orders[axis]!, 1);
  const values = work.floats(cells * (d + 1));
  for (let f = 0; f <= d; f++) {
    const mark = work.mark();
    let tensor: Float64Array = start;
    for (const [axis, { plain, timesKey }] of matrices.entries()) {
      tensor = along(tensor, f === axis + 1 ? timesKey : plain, keyCounts[axis]! * orders[axis]!, work);
    }
    eachPlace(queryCounts, orders, (local, at) => {
      values[local * (d + 1) + f] = tensor[at]!;
    });
    work.release(mark);
  }
  return { values, units: matrices.map(({ unit }) => unit) };
}
