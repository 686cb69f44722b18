import { matMul, matMulNT, matMulTN, symmetrize } from "../../foundation/linear-algebra/index.js";

/** a·b as a new m×n matrix, a m×k, b k×n. */
export function times(a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array {
  const out = new Float64Array(m * n);
  matMul(a, b, m, k, n, out);
  return out;
}

/** aᵀ·b as a new m×n matrix, a k×m, b k×n. */
export function transposedTimes(a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array {
  const out = new Float64Array(m * n);
  matMulTN(a, b, m, k, n, out);
  return out;
}

/** FᵀXF as a new r×r matrix, X d×d symmetric, F d×r; exactly symmetric. */
export function congruence(X: Float64Array, F: Float64Array, d: number, r = d): Float64Array {
  const out = transposedTimes(F, times(X, F, d, d, r), r, d, r);
  symmetrize(out, r);
  return out;
}

/** F·S·Fᵀ as a new d×d matrix, F d×r, S r×r symmetric (the identity when left out); exactly symmetric. */
export function lift(F: Float64Array, d: number, r: number, S?: Float64Array): Float64Array {
  const out = new Float64Array(d * d);
  matMulNT(S === undefined ? F : times(F, S, d, r, r), F, d, r, d, out);
  symmetrize(out, d);
  return out;
}

/** a + factor·b. */
export function combine(a: Float64Array, b: Float64Array, factor = 1): Float64Array {
  return a.map((value, k) => value + factor * b[k]!);
}

/** Columns from … to − 1 of an m×n matrix. */
export function columns(a: Float64Array, m: number, n: number, from: number, to: number): Float64Array {
  const width = to - from;
  const out = new Float64Array(m * width);
  for (let i = 0; i < m; i++) for (let j = 0; j < width; j++) out[i * width + j] = a[i * n + from + j]!;
  return out;
}

/** Two matrices of equally many rows side by side. */
export function beside(a: Float64Array, b: Float64Array, rows: number, wide: number, other: number): Float64Array {
  const width = wide + other;
  const out = new Float64Array(rows * width);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < wide; j++) out[i * width + j] = a[i * wide + j]!;
    for (let j = 0; j < other; j++) out[i * width + wide + j] = b[i * other + j]!;
  }
  return out;
}

/** X + Xᵀ. */
export function plusTranspose(X: Float64Array, d: number): Float64Array {
  return X.map((value, k) => value + X[(k % d) * d + Math.floor(k / d)]!);
}
