import { flip, normals } from "./arrays.js";
import { build, hilbert, jordan, kahan } from "./matrices.js";

const symmetric = (d: number, seed: number): Float64Array => {
  const a = normals(d * d, seed);
  const other = flip(a, d, d);
  return a.map((value, k) => 0.5 * value + 0.5 * other[k]!);
};

/** Symmetric, its diagonal falling (direction 1) or rising (−1) by 16 orders of magnitude. */
function gradedEitherWay(d: number, direction: 1 | -1): Float64Array {
  const g = symmetric(d, 11);
  const weight = (i: number): number => 10 ** ((-8 * (direction === 1 ? i : d - 1 - i)) / (d - 1));
  return build(d, d, (i, j) => g[i * d + j]! * weight(i) * weight(j));
}

/** Square matrices that break weak implementations. */
export const hardMatrices: readonly (readonly [name: string, d: number, a: Float64Array])[] = [
  ["empty", 0, new Float64Array(0)],
  ["one", 1, Float64Array.of(-3)],
  ["zero", 5, new Float64Array(25)],
  ["identity", 4, build(4, 4, (i, j) => (i === j ? 1 : 0))],
  ["all ones", 7, new Float64Array(49).fill(1)],
  ["Hilbert 12", 12, hilbert(12)],
  ["Kahan 90", 90, kahan(90)],
  ["graded falling", 10, gradedEitherWay(10, 1)],
  ["graded rising", 10, gradedEitherWay(10, -1)],
  ["Jordan + 1e-12", 8, jordan(8, 1, 1e-12)],
  ["nilpotent", 6, build(6, 6, (i, j) => (j === i + 1 ? 1 : 0))],
  ["cyclic permutation", 8, build(8, 8, (i, j) => ((i + 1) % 8 === j ? 1 : 0))],
  ["rotation", 2, Float64Array.of(0, -1, 1, 0)],
  ["huge", 6, normals(36, 1, 1e200)],
  ["tiny", 6, normals(36, 2, 1e-200)],
  ["badly scaled", 5, build(5, 5, (i, j) => (i + 2 * j + 1) * 10 ** (6 * (i - j)))],
  ["random 20", 20, normals(400, 3)],
  ["random 65", 65, normals(65 * 65, 4)],
];
