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
