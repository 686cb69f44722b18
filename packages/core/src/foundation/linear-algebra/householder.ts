import { frobeniusNorm } from "./basic.js";
import { addCombination, dotRows, subtractOuter } from "./kernels.js";

/** H = I − factor·v·vᵀ with v_0 = 1, and the image, the first entry of H·x. */
export interface Reflector {
  readonly v: Float64Array;
  /** 0 when x is already a multiple of the first unit vector (then H = I) */
  readonly factor: number;
  readonly image: number;
}

/**
 * The reflection H = I − factor·v·vᵀ that carries x to a multiple of the first unit vector.
 * @param x a vector, overwritten by v
 * @cost O(length), no copy
 */
export function reflectorInPlace(x: Float64Array): Reflector {
  const length = x.length;
  if (length === 0) return { v: x, factor: 0, image: 0 };
  const head = x[0]!;
  const square = dotRows(x, 1, x, 1, length - 1);
  // Far from the ends of the range the plain sum of squares is safe.
  const tail = square > 1e-250 && square < 1e250 ? Math.sqrt(square) : frobeniusNorm(x.subarray(1));
  x[0] = 1;
  if (tail === 0) return { v: x, factor: 0, image: head };
  const norm = Math.hypot(head, tail);
  const image = head > 0 ? -norm : norm;
  const lead = head - image;
  for (let i = 1; i < length; i++) x[i]! /= lead;
  return { v: x, factor: (image - head) / image, image };
}

/** The entries rowFrom…rowTo−1 of one column, copied. @cost O(rowTo − rowFrom) */
export function columnOf(
  a: Float64Array,
  columns: number,
  column: number,
  rowFrom: number,
  rowTo: number,
): Float64Array {
  const out = new Float64Array(rowTo - rowFrom);
  for (let i = rowFrom; i < rowTo; i++) out[i - rowFrom] = a[i * columns + column]!;
  return out;
}

/**
 * a ← H·a on rows rowFrom… and columns columnFrom…columnTo−1.
 * @param columns the row length of a
 * @param scratch at least columnTo − columnFrom numbers, overwritten
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
  scratch: Float64Array,
): void {
  if (factor === 0) return;
  const length = columnTo - columnFrom;
  const start = rowFrom * columns + columnFrom;
  for (let j = 0; j < length; j++) scratch[j] = 0;
  addCombination(scratch, 0, length, 1, v, 0, 1, v.length, a, start, columns);
  for (let j = 0; j < length; j++) scratch[j]! *= factor;
  subtractOuter(a, start, columns, v, scratch, length);
}

/** a ← a·H on rows rowFrom…rowTo−1 and columns columnFrom…, H from `reflectorInPlace`. @cost O(4·|v|·(rowTo − rowFrom)) */
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
  const length = v.length;
  let i = rowFrom;
  for (; i + 4 <= rowTo; i += 4) {
    const r0 = i * columns + columnFrom;
    const r1 = r0 + columns;
    const r2 = r1 + columns;
    const r3 = r2 + columns;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let j = 0; j < length; j++) {
      const x = v[j]!;
      s0 += x * a[r0 + j]!;
      s1 += x * a[r1 + j]!;
      s2 += x * a[r2 + j]!;
      s3 += x * a[r3 + j]!;
    }
    s0 *= factor;
    s1 *= factor;
    s2 *= factor;
    s3 *= factor;
    for (let j = 0; j < length; j++) {
      const x = v[j]!;
      a[r0 + j]! -= s0 * x;
      a[r1 + j]! -= s1 * x;
      a[r2 + j]! -= s2 * x;
      a[r3 + j]! -= s3 * x;
    }
  }
  for (; i < rowTo; i++) {
    const start = i * columns + columnFrom;
    const sum = factor * dotRows(v, 0, a, start, length);
    for (let j = 0; j < length; j++) a[start + j]! -= sum * v[j]!;
  }
}
