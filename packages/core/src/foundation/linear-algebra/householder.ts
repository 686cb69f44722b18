import { frobeniusNorm } from "./basic.js";

/**
 * The reflection H = I − factor·v·vᵀ that carries x to a multiple of the first unit vector; v_0 = 1.
 * @param x a vector, read only
 * @returns v as long as x; factor 0 when x is already such a multiple (then H = I)
 * @cost O(length)
 */
export function householder(x: Float64Array): { v: Float64Array; factor: number } {
  const v = x.slice();
  if (v.length === 0) return { v, factor: 0 };
  const tail = frobeniusNorm(x.subarray(1));
  const head = x[0]!;
  v[0] = 1;
  if (tail === 0) return { v, factor: 0 };
  const norm = Math.hypot(head, tail);
  const image = head > 0 ? -norm : norm;
  const lead = head - image;
  for (let i = 1; i < v.length; i++) v[i] = x[i]! / lead;
  return { v, factor: (image - head) / image };
}

/**
 * a ← H·a on rows rowFrom… and columns columnFrom…columnTo−1, H from `householder`.
 * @param columns the row length of a
 * @cost O(4·|v|·(columnTo − columnFrom))
 */
export function reflectRows(
  a: Float64Array,
  columns: number,
  rowFrom: number,
  columnFrom: number,
  columnTo: number,
  v: Float64Array,
  factor: number,
): void {
  if (factor === 0) return;
  for (let j = columnFrom; j < columnTo; j++) {
    let sum = 0;
    for (let i = 0; i < v.length; i++) sum += v[i]! * a[(rowFrom + i) * columns + j]!;
    sum *= factor;
    for (let i = 0; i < v.length; i++) a[(rowFrom + i) * columns + j]! -= sum * v[i]!;
  }
}

/** a ← a·H on rows rowFrom…rowTo−1 and columns columnFrom…, H from `householder`. @cost O(4·|v|·(rowTo − rowFrom)) */
export function reflectColumns(
  a: Float64Array,
  columns: number,
  rowFrom: number,
  rowTo: number,
  columnFrom: number,
  v: Float64Array,
  factor: number,
): void {
  if (factor === 0) return;
  for (let i = rowFrom; i < rowTo; i++) {
    const start = i * columns + columnFrom;
    let sum = 0;
    for (let j = 0; j < v.length; j++) sum += v[j]! * a[start + j]!;
    sum *= factor;
    for (let j = 0; j < v.length; j++) a[start + j]! -= sum * v[j]!;
  }
}
