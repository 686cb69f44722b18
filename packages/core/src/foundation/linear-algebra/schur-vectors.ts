import { frobeniusNorm, transpose } from "./basic.js";
import { addCombination } from "./kernels.js";
import { blockRows } from "./quasi-triangular.js";
import { schurEigenvalues } from "./schur.js";

/** A complex vector by its parts. */
interface Parts {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Solves the p×p block (t_ii − λ)·x = x in place, λ = wr + i·wi; divisors below `floor` are replaced by it. */
function solveShiftedBlock(
  t: Float64Array,
  d: number,
  i: number,
  p: number,
  wr: number,
  wi: number,
  floor: number,
  x: Parts,
): void {
  const at = i * d + i;
  let [re, im] = [t[at]! - wr, -wi];
  if (p === 2) {
    // Cramer's rule with a complex determinant.
    const [s, u, v] = [t[at + d + 1]! - wr, t[at + 1]!, t[at + d]!];
    const [x0, y0, x1, y1] = [x.re[i]!, x.im[i]!, x.re[i + 1]!, x.im[i + 1]!];
    x.re[i] = s * x0 + wi * y0 - u * x1;
    x.im[i] = s * y0 - wi * x0 - u * y1;
    x.re[i + 1] = re * x1 + wi * y1 - v * x0;
    x.im[i + 1] = re * y1 - wi * x1 - v * y0;
    [re, im] = [re * s - wi * wi - u * v, -wi * (re + s)];
  }
  const bound = p === 2 ? floor * floor : floor;
  if (Math.abs(re) + Math.abs(im) < bound) [re, im] = [bound, 0];
  for (let k = i; k < i + p; k++) {
    const [a, b] = [x.re[k]!, x.im[k]!];
    const size = Math.max(Math.abs(re), Math.abs(im));
    const [c, e] = [re / size, im / size];
    const norm = size * (c * c + e * e);
    x.re[k] = (a * c + b * e) / norm;
    x.im[k] = (b * c - a * e) / norm;
  }
}

/** Keeps the vector inside the range of numbers: near-defective matrices make it grow without bound. */
function tame(x: Parts, i: number, p: number, last: number): void {
  let largest = 0;
  for (let k = i; k < i + p; k++) largest = Math.max(largest, Math.abs(x.re[k]!), Math.abs(x.im[k]!));
  if (largest < 1e100) return;
  for (let k = 0; k <= last; k++) {
    x.re[k]! /= largest;
    x.im[k]! /= largest;
  }
}

/** The eigenvector of the block at `index` of the block list, in x (zero on entry). */
function backSubstitute(
  t: Float64Array,
  tT: Float64Array,
  d: number,
  blocks: readonly number[],
  index: number,
  wr: number,
  wi: number,
  floor: number,
  x: Parts,
): void {
  const k = blocks[index]!;
  const last = blocks[index + 1]! - 1;
  if (last === k) {
    x.re[k] = 1;
  } else {
    // From the second row of the block: t_{k+1,k}·x_k = (λ − t_{k+1,k+1})·x_{k+1}.
    x.re[k] = wr - t[last * d + last]!;
    x.im[k] = wi;
    x.re[last] = t[last * d + k]!;
  }
  const complex = wi !== 0;
  const push = (from: number, count: number, length: number): void => {
    addCombination(x.re, 0, length, -1, x.re, from, 1, count, tT, from * d, d);
    if (complex) addCombination(x.im, 0, length, -1, x.im, from, 1, count, tT, from * d, d);
  };
  push(k, last - k + 1, k);
  for (let row = index - 1; row >= 0; row--) {
    const i = blocks[row]!;
    const p = blocks[row + 1]! - i;
    solveShiftedBlock(t, d, i, p, wr, wi, floor, x);
    tame(x, i, p, last);
    push(i, p, i);
  }
}

/**
 * The right eigenvectors of an upper quasi triangular t, as rows: for a complex pair the real and the imaginary part
 * of the vector of the eigenvalue with positive imaginary part.
 * @returns d×d, row k for eigenvalue k, not normalised
 * @cost O(d³/3), four times that when all are complex
 * @source derived (back substitution)
 */
export function schurVectors(t: Float64Array, d: number): Float64Array {
  const { re, im } = schurEigenvalues(t, d);
  const blocks = blockRows(t, d);
  const tT = transpose(t, d, d);
  const floor = Math.max(Number.EPSILON * frobeniusNorm(t), 1e-290);
  const rows = new Float64Array(d * d);
  const room = new Float64Array(d);
  for (let index = 0; index + 1 < blocks.length; index++) {
    const k = blocks[index]!;
    const pair = blocks[index + 1]! - k === 2;
    const first = rows.subarray(k * d, k * d + d);
    const second = pair ? rows.subarray((k + 1) * d, (k + 2) * d) : room.fill(0);
    backSubstitute(t, tT, d, blocks, index, re[k]!, im[k]!, floor, { re: first, im: second });
  }
  return rows;
}
