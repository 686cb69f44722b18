/**
 * The inner loops of the factorisations, on rows of row-major storage with explicit offsets.
 * Rows are combined four at a time: one load and one store of the target for four products.
 */

/**
 * target[at + j] += sign·Σ_k coefficients[from + k·step]·rows[rowFrom + k·stride + j] for j < length, k < count, in order of k.
 * @cost O(length·count), no allocation
 */
export function addCombination(
  target: Float64Array,
  at: number,
  length: number,
  sign: 1 | -1,
  coefficients: Float64Array,
  from: number,
  step: number,
  count: number,
  rows: Float64Array,
  rowFrom: number,
  stride: number,
): void {
  let k = 0;
  for (; k + 4 <= count; k += 4) {
    const c0 = sign * coefficients[from + k * step]!;
    const c1 = sign * coefficients[from + (k + 1) * step]!;
    const c2 = sign * coefficients[from + (k + 2) * step]!;
    const c3 = sign * coefficients[from + (k + 3) * step]!;
    const r0 = rowFrom + k * stride;
    const r1 = r0 + stride;
    const r2 = r1 + stride;
    const r3 = r2 + stride;
    for (let j = 0; j < length; j++) {
      target[at + j] =
        target[at + j]! + c0 * rows[r0 + j]! + c1 * rows[r1 + j]! + c2 * rows[r2 + j]! + c3 * rows[r3 + j]!;
    }
  }
  for (; k < count; k++) {
    const c = sign * coefficients[from + k * step]!;
    const row = rowFrom + k * stride;
    for (let j = 0; j < length; j++) target[at + j]! += c * rows[row + j]!;
  }
}

/**
 * The rows `from` … `to` − 1 of a (row length d) lose, in columns column … d − 1, the combination of the four rows at
 * `source` with their own four entries before `column`. Two rows at a time.
 * @cost O(4·(to − from)·(d − column)), no allocation
 */
export function subtractFourRows(
  a: Float64Array,
  d: number,
  source: number,
  column: number,
  from: number,
  to: number,
): void {
  const width = d - column;
  const u0 = source * d + column;
  const u1 = u0 + d;
  const u2 = u1 + d;
  const u3 = u2 + d;
  let i = from;
  for (; i + 2 <= to; i += 2) {
    const p = i * d + column;
    const q = p + d;
    const x0 = a[p - 4]!;
    const x1 = a[p - 3]!;
    const x2 = a[p - 2]!;
    const x3 = a[p - 1]!;
    const y0 = a[q - 4]!;
    const y1 = a[q - 3]!;
    const y2 = a[q - 2]!;
    const y3 = a[q - 1]!;
    for (let j = 0; j < width; j++) {
      const r0 = a[u0 + j]!;
      const r1 = a[u1 + j]!;
      const r2 = a[u2 + j]!;
      const r3 = a[u3 + j]!;
      a[p + j] = a[p + j]! - x0 * r0 - x1 * r1 - x2 * r2 - x3 * r3;
      a[q + j] = a[q + j]! - y0 * r0 - y1 * r1 - y2 * r2 - y3 * r3;
    }
  }
  for (; i < to; i++) addCombination(a, i * d + column, width, -1, a, i * d + column - 4, 1, 4, a, u0, d);
}

/** a[at + i·stride + j] −= v[i]·w[j] for i < v.length, j < length. @cost O(length·|v|), no allocation */
export function subtractOuter(
  a: Float64Array,
  at: number,
  stride: number,
  v: Float64Array,
  w: Float64Array,
  length: number,
): void {
  const count = v.length;
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const v0 = v[i]!;
    const v1 = v[i + 1]!;
    const v2 = v[i + 2]!;
    const v3 = v[i + 3]!;
    const r0 = at + i * stride;
    const r1 = r0 + stride;
    const r2 = r1 + stride;
    const r3 = r2 + stride;
    for (let j = 0; j < length; j++) {
      const x = w[j]!;
      a[r0 + j]! -= v0 * x;
      a[r1 + j]! -= v1 * x;
      a[r2 + j]! -= v2 * x;
      a[r3 + j]! -= v3 * x;
    }
  }
  for (; i < count; i++) {
    const row = at + i * stride;
    const c = v[i]!;
    for (let j = 0; j < length; j++) a[row + j]! -= c * w[j]!;
  }
}

/** Σ_j a[at + j]·b[from + j] for j < length, in four partial sums. @cost O(length), no allocation */
export function dotRows(a: Float64Array, at: number, b: Float64Array, from: number, length: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let j = 0;
  for (; j + 4 <= length; j += 4) {
    s0 += a[at + j]! * b[from + j]!;
    s1 += a[at + j + 1]! * b[from + j + 1]!;
    s2 += a[at + j + 2]! * b[from + j + 2]!;
    s3 += a[at + j + 3]! * b[from + j + 3]!;
  }
  for (; j < length; j++) s0 += a[at + j]! * b[from + j]!;
  return s0 + s1 + (s2 + s3);
}

/**
 * A chain of plane rotations on the rows at start, start + step, start + 2·step, …: rotation t replaces row t by
 * c_t·(row t) + s_t·(row t + 1) and row t + 1 by c_t·(row t + 1) − s_t·(row t).
 * @param step distance of consecutive rows, negative to run upwards
 * @cost O(6·length·count), no allocation
 */
export function rotateChain(
  z: Float64Array,
  start: number,
  step: number,
  length: number,
  count: number,
  c: Float64Array,
  s: Float64Array,
): void {
  let t = 0;
  // Added up, never t·step: 0 times a negative step would be −0 and turn every index into a floating-point number.
  let r0 = start;
  for (; t + 4 <= count; t += 4) {
    const c0 = c[t]!;
    const s0 = s[t]!;
    const c1 = c[t + 1]!;
    const s1 = s[t + 1]!;
    const c2 = c[t + 2]!;
    const s2 = s[t + 2]!;
    const c3 = c[t + 3]!;
    const s3 = s[t + 3]!;
    const r1 = r0 + step;
    const r2 = r1 + step;
    const r3 = r2 + step;
    const r4 = r3 + step;
    for (let k = 0; k < length; k++) {
      let x = z[r0 + k]!;
      let y = z[r1 + k]!;
      z[r0 + k] = c0 * x + s0 * y;
      x = c0 * y - s0 * x;
      y = z[r2 + k]!;
      z[r1 + k] = c1 * x + s1 * y;
      x = c1 * y - s1 * x;
      y = z[r3 + k]!;
      z[r2 + k] = c2 * x + s2 * y;
      x = c2 * y - s2 * x;
      y = z[r4 + k]!;
      z[r3 + k] = c3 * x + s3 * y;
      z[r4 + k] = c3 * y - s3 * x;
    }
    r0 = r4;
  }
  for (; t < count; t++) {
    const c0 = c[t]!;
    const s0 = s[t]!;
    const r1 = r0 + step;
    for (let k = 0; k < length; k++) {
      const x = z[r0 + k]!;
      const y = z[r1 + k]!;
      z[r0 + k] = c0 * x + s0 * y;
      z[r1 + k] = c0 * y - s0 * x;
    }
    r0 = r1;
  }
}
