import { transpose } from "./basic.js";
import { columnOf, type Reflector, reflectorInPlace } from "./householder.js";
import { dotRows } from "./kernels.js";
import { productOfReflectors } from "./panel.js";

/** A tridiagonal matrix in reversed order, off[i] between rows i and i + 1, and the rows of zᵀ. */
export interface Tridiagonal {
  readonly diagonal: Float64Array;
  readonly off: Float64Array;
  /** d×d; empty when the vectors were not asked for */
  readonly zT: Float64Array;
}

/** out = A·v for the symmetric trailing block that starts at row `from`, of which only the lower triangle is read. */
function symmetricTimes(a: Float64Array, d: number, from: number, v: Float64Array, out: Float64Array): void {
  const length = d - from;
  for (let i = 0; i < length; i++) out[i] = 0;
  let i = 0;
  for (; i + 2 <= length; i += 2) {
    const upper = (from + i) * d + from;
    const lower = upper + d;
    const v0 = v[i]!;
    const v1 = v[i + 1]!;
    let s0 = 0;
    let s1 = 0;
    for (let j = 0; j < i; j++) {
      const x = a[upper + j]!;
      const y = a[lower + j]!;
      const w = v[j]!;
      s0 += x * w;
      s1 += y * w;
      out[j] = out[j]! + x * v0 + y * v1;
    }
    const corner = a[lower + i]!;
    out[i] = s0 + a[upper + i]! * v0 + corner * v1;
    out[i + 1] = s1 + corner * v0 + a[lower + i + 1]! * v1;
  }
  if (i < length) {
    const row = (from + i) * d + from;
    let sum = 0;
    for (let j = 0; j < i; j++) {
      sum += a[row + j]! * v[j]!;
      out[j]! += a[row + j]! * v[i]!;
    }
    out[i] = sum + a[row + i]! * v[i]!;
  }
}

/** The lower triangle of the trailing block −= v·wᵀ + w·vᵀ. */
function subtractPair(a: Float64Array, d: number, from: number, v: Float64Array, w: Float64Array): void {
  const length = d - from;
  for (let i = 0; i < length; i++) {
    const row = (from + i) * d + from;
    const x = v[i]!;
    const y = w[i]!;
    for (let j = 0; j <= i; j++) a[row + j] = a[row + j]! - x * w[j]! - y * v[j]!;
  }
}

/**
 * Reduces work (d×d symmetric, its lower triangle read and destroyed) to tridiagonal form from the top and returns it in
 * reversed order, with the accumulated reflections in the rows of zᵀ: large entries first here, last in implicit QL,
 * keeps graded matrices accurate.
 * @cost O(4d³/3) without, O(8d³/3) with vectors
 */
export function tridiagonalize(work: Float64Array, d: number, wanted: boolean): Tridiagonal {
  const reflectors: Reflector[] = [];
  const diagonal = new Float64Array(d);
  const off = new Float64Array(d);
  const w = new Float64Array(d);
  for (let k = 0; k < d - 2; k++) {
    const reflector = reflectorInPlace(columnOf(work, d, k, k + 1, d));
    const { v, factor, image } = reflector;
    reflectors.push(reflector);
    work[(k + 1) * d + k] = image;
    if (factor === 0) continue;
    symmetricTimes(work, d, k + 1, v, w);
    const shift = 0.5 * factor * factor * dotRows(v, 0, w, 0, v.length);
    for (let i = 0; i < v.length; i++) w[i] = factor * w[i]! - shift * v[i]!;
    subtractPair(work, d, k + 1, v, w);
  }
  for (let i = 0; i < d; i++) {
    diagonal[d - 1 - i] = work[i * d + i]!;
    if (i > 0) off[d - 1 - i] = work[i * d + i - 1]!;
  }
  if (!wanted) return { diagonal, off, zT: new Float64Array(0) };
  const zT = transpose(productOfReflectors(reflectors, 1, d, d), d, d);
  for (let i = 0, j = d - 1; i < j; i++, j--) {
    const held = zT.slice(i * d, i * d + d);
    zT.copyWithin(i * d, j * d, j * d + d);
    zT.set(held, j * d);
  }
  return { diagonal, off, zT };
}
