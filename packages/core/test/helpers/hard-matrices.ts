import { flip, normals } from "./arrays.js";

/** A d×d matrix by its entries. */
export function build(d: number, entry: (i: number, j: number) => number): Float64Array {
  return Float64Array.from({ length: d * d }, (_, k) => entry(Math.floor(k / d), k % d));
}

const symmetric = (d: number, seed: number): Float64Array => {
  const a = normals(d * d, seed);
  const other = flip(a, d, d);
  return a.map((value, k) => 0.5 * value + 0.5 * other[k]!);
};

export const hilbert = (d: number): Float64Array => build(d, (i, j) => 1 / (i + j + 1));

/** Kahan's upper triangular matrix: its last diagonal entry hides how nearly singular it is. */
function kahan(d: number): Float64Array {
  const [s, c] = [Math.sin(1.2), Math.cos(1.2)];
  return build(d, (i, j) => (j < i ? 0 : s ** i * (i === j ? 1 : -c)));
}

/** Symmetric, its diagonal falling (direction 1) or rising (−1) by 16 orders of magnitude. */
function graded(d: number, direction: 1 | -1): Float64Array {
  const g = symmetric(d, 11);
  const weight = (i: number): number => 10 ** ((-8 * (direction === 1 ? i : d - 1 - i)) / (d - 1));
  return build(d, (i, j) => g[i * d + j]! * weight(i) * weight(j));
}

/** A Jordan block at 1 with `corner` in the lower left: eigenvalues 1 + corner^{1/d}·(roots of unity). */
export const jordan = (d: number, corner: number): Float64Array =>
  build(d, (i, j) => (i === j || j === i + 1 ? 1 : i === d - 1 && j === 0 ? corner : 0));

/** Square matrices that break weak implementations. */
export const hardMatrices: readonly (readonly [name: string, d: number, a: Float64Array])[] = [
  ["empty", 0, new Float64Array(0)],
  ["one", 1, Float64Array.of(-3)],
  ["zero", 5, new Float64Array(25)],
  ["identity", 4, build(4, (i, j) => (i === j ? 1 : 0))],
  ["all ones", 7, new Float64Array(49).fill(1)],
  ["Hilbert 12", 12, hilbert(12)],
  ["Kahan 90", 90, kahan(90)],
  ["graded falling", 10, graded(10, 1)],
  ["graded rising", 10, graded(10, -1)],
  ["Jordan + 1e-12", 8, jordan(8, 1e-12)],
  ["nilpotent", 6, build(6, (i, j) => (j === i + 1 ? 1 : 0))],
  ["cyclic permutation", 8, build(8, (i, j) => ((i + 1) % 8 === j ? 1 : 0))],
  ["rotation", 2, Float64Array.of(0, -1, 1, 0)],
  ["huge", 6, normals(36, 1, 1e200)],
  ["tiny", 6, normals(36, 2, 1e-200)],
  ["badly scaled", 5, build(5, (i, j) => (i + 2 * j + 1) * 10 ** (6 * (i - j)))],
  ["random 20", 20, normals(400, 3)],
  ["random 65", 65, normals(65 * 65, 4)],
];
