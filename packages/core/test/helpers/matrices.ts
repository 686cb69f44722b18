import { expect } from "vitest";
import { identity, matMul, matMulTN, maxAbs } from "../../src/foundation/linear-algebra/index.js";
import { stream } from "../../src/foundation/random/index.js";

/** Matrices on which weak solvers fail, for tests. All d×d, row-major. */

export function build(m: number, n: number, entry: (i: number, j: number) => number): Float64Array {
  return Float64Array.from({ length: m * n }, (_, k) => entry(Math.floor(k / n), k % n));
}

/** 1/(i + j + 1): condition e^{3.5d}. */
export const hilbert = (d: number): Float64Array => build(d, d, (i, j) => 1 / (i + j + 1));

/** Kahan's upper triangular matrix: nearly rank d − 1, though no diagonal entry is small enough to show it. */
export function kahan(d: number, angle = 1.2): Float64Array {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return build(d, d, (i, j) => s ** i * (i === j ? 1 : j > i ? -c : 0));
}

/** A Jordan block at `value` with `corner` in the lower left: eigenvalues value + corner^{1/d}·(roots of unity). */
export const jordan = (d: number, value: number, corner: number): Float64Array =>
  build(d, d, (i, j) => (i === j ? value : j === i + 1 ? 1 : i === d - 1 && j === 0 ? corner : 0));

/** Rows and columns scaled by 10^{±digits·i/(d − 1)}: entries that span twice as many orders of magnitude. */
export function badlyScaled(a: Float64Array, d: number, digits: number): Float64Array {
  return build(d, d, (i, j) => a[i * d + j]! * 10 ** ((digits * (i - j)) / Math.max(1, d - 1)));
}

/** dᵢ·a_ij·d_j, d falling by 16 orders in all on the diagonal. */
export function graded(a: Float64Array, d: number): Float64Array {
  const weight = (i: number): number => 10 ** ((-8 * i) / Math.max(1, d - 1));
  return build(d, d, (i, j) => a[i * d + j]! * weight(i) * weight(j));
}

/** An m×n matrix of standard normals. */
export function gaussian(m: number, n: number, seed: number): Float64Array {
  const out = new Float64Array(m * n);
  stream({ seed, purpose: "test" }).fillNormal(out);
  return out;
}

/** a·b as a new m×n matrix. */
export function times(a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array {
  const out = new Float64Array(m * n);
  matMul(a, b, m, k, n, out);
  return out;
}

/** max |a − b| over entries; the sizes must agree. */
export function distance(a: Float64Array, b: Float64Array): number {
  expect(a.length).toBe(b.length);
  return maxAbs(a.map((value, i) => value - b[i]!));
}

/** max |qᵀq − I| of an m×n matrix. */
export function defect(q: Float64Array, m: number, n: number): number {
  const gram = new Float64Array(n * n);
  matMulTN(q, q, n, m, n, gram);
  return distance(gram, identity(n));
}
