import { stream } from "../../src/foundation/random/index.js";

/** Independent N(0, scale²) entries. */
export function normals(count: number, seed: number, scale = 1): Float64Array {
  const out = new Float64Array(count);
  stream({ seed, purpose: "core test" }).fillNormal(out);
  return out.map((value) => scale * value);
}

/** Row-major numbers as rows, the way a spec writes them. */
export function rowsOf(data: ArrayLike<number>, rows: number, columns: number): number[][] {
  return Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => data[i * columns + j]!));
}

/** The plain triple loop: a·b with a m×k and b k×n. */
export function product(a: ArrayLike<number>, b: ArrayLike<number>, m: number, k: number, n: number): Float64Array {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) for (let l = 0; l < k; l++) out[i * n + j]! += a[i * k + l]! * b[l * n + j]!;
  }
  return out;
}

/** The plain transpose of an m×n matrix. */
export function flip(a: ArrayLike<number>, m: number, n: number): Float64Array {
  return Float64Array.from({ length: m * n }, (_, k) => a[(k % m) * n + Math.floor(k / m)]!);
}

/** Σ = (G Gᵀ/d)·scale + floor·I: symmetric positive definite. */
export function positive(d: number, seed: number, scale = 1, floor = 0.1): Float64Array {
  const g = normals(d * d, seed);
  const out = product(g, flip(g, d, d), d, d, d).map((value) => (scale * value) / d);
  for (let i = 0; i < d; i++) {
    out[i * d + i]! += floor;
    for (let j = 0; j < i; j++) out[j * d + i] = out[i * d + j]!;
  }
  return out;
}
