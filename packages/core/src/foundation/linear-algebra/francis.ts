import { SolveError } from "../errors/index.js";
import { frobeniusNorm } from "./basic.js";
import { type BulgeChain, chainOnRow, chainOnRows, chainOnTwoRows, reflectThreeRows } from "./bulge.js";

const maxIterationsPerValue = 60;

/** The first row of the unreduced block that ends in row high; the negligible entry before it is set to zero. */
function blockStart(t: Float64Array, d: number, high: number, norm: number): number {
  for (let low = high; low > 0; low--) {
    const size = Math.abs(t[(low - 1) * d + low - 1]!) + Math.abs(t[low * d + low]!);
    if (Math.abs(t[low * d + low - 1]!) > Number.EPSILON * (size === 0 ? norm : size)) continue;
    t[low * d + low - 1] = 0;
    return low;
  }
  return 0;
}

/** Stores the reflection of (x, y, z) as number `at`; returns the image of its first entry. */
function storeReflection(chain: BulgeChain, at: number, x: number, y: number, z: number): number {
  const square = y * y + z * z;
  const tail = square > 1e-250 && square < 1e250 ? Math.sqrt(square) : Math.hypot(y, z);
  if (tail === 0) {
    chain.v1[at] = 0;
    chain.v2[at] = 0;
    chain.t0[at] = 0;
    return x;
  }
  const total = x * x + square;
  const norm = total > 1e-250 && total < 1e250 ? Math.sqrt(total) : Math.hypot(x, tail);
  const image = x > 0 ? -norm : norm;
  const lead = x - image;
  chain.v1[at] = y / lead;
  chain.v2[at] = z / lead;
  chain.t0[at] = (image - x) / image;
  return image;
}

/** The start (x, y, z) of a double-shift sweep; `exceptional` replaces the shifts of a block that stagnates. */
function firstColumn(
  t: Float64Array,
  d: number,
  low: number,
  high: number,
  exceptional: boolean,
): [number, number, number] {
  const at = (i: number, j: number): number => t[i * d + j]!;
  let [first, second] = [at(high, high), at(high - 1, high - 1)];
  let product = at(high - 1, high) * at(high, high - 1);
  if (exceptional) {
    const size = Math.abs(at(high, high - 1)) + Math.abs(at(high - 1, high - 2));
    first += 0.75 * size;
    second = first;
    product = -0.4375 * size * size;
  }
  // Differences of diagonal entries first: near a multiple of the identity their products would cancel to nothing.
  const corner = at(low, low);
  const [r, s] = [first - corner, second - corner];
  const x = (r * s - product) / at(low + 1, low) + at(low, low + 1);
  const y = at(low + 1, low + 1) - corner - r - s;
  const z = at(low + 2, low + 1);
  const size = Math.abs(x) + Math.abs(y) + Math.abs(z);
  return [x / size, y / size, z / size];
}

/** Rows k + 1 … min(k + 3, high): the ones that later reflections of the sweep still mix. */
function reflectNearRows(t: Float64Array, d: number, k: number, high: number, chain: BulgeChain, at: number): void {
  const v1 = chain.v1[at]!;
  const v2 = chain.v2[at]!;
  const t0 = chain.t0[at]!;
  const pair = k === high - 1;
  const to = Math.min(k + 3, high);
  for (let i = k + 1; i <= to; i++) {
    const p = i * d + k;
    const sum = t0 * (t[p]! + v1 * t[p + 1]! + (pair ? 0 : v2 * t[p + 2]!));
    t[p]! -= sum;
    t[p + 1]! -= sum * v1;
    if (!pair) t[p + 2]! -= sum * v2;
  }
}

/**
 * One Francis double-shift sweep on rows low…high. The chase itself touches only what the next reflection needs; the
 * rows above (left alone by every later reflection) and the columns beyond follow afterwards, row by row.
 */
function francisSweep(
  t: Float64Array,
  qT: Float64Array | undefined,
  d: number,
  low: number,
  high: number,
  exceptional: boolean,
  chain: BulgeChain,
): void {
  let [x, y, z] = firstColumn(t, d, low, high, exceptional);
  for (let k = low; k < high; k++) {
    const at = k - low;
    const image = storeReflection(chain, at, x, y, k < high - 1 ? z : 0);
    if (k > low) {
      t[k * d + k - 1] = image;
      t[(k + 1) * d + k - 1] = 0;
      if (k + 2 <= high) t[(k + 2) * d + k - 1] = 0;
    }
    reflectThreeRows(t, k * d, d, k, high + 1, chain, at, k === high - 1);
    reflectNearRows(t, d, k, high, chain, at);
    x = t[(k + 1) * d + k]!;
    y = k + 2 <= high ? t[(k + 2) * d + k]! : 0;
    z = k + 3 <= high ? t[(k + 3) * d + k]! : 0;
  }
  const top = qT === undefined ? low : 0;
  let row = top;
  for (; row + 1 <= low; row += 2) chainOnTwoRows(t, row * d, (row + 1) * d, low, high, low, chain);
  for (; row < high; row++) chainOnRow(t, row * d, low, high, Math.max(row, low), chain);
  if (qT === undefined) return;
  chainOnRows(t, d, low, high, high + 1, d, chain);
  chainOnRows(qT, d, low, high, 0, d, chain);
}

/** Makes the 2×2 block in rows k, k + 1 triangular when its eigenvalues are real. */
function splitBlock(t: Float64Array, qT: Float64Array | undefined, d: number, k: number, chain: BulgeChain): void {
  const c = t[(k + 1) * d + k]!;
  const half = 0.5 * (t[k * d + k]! - t[(k + 1) * d + k + 1]!);
  const discriminant = half * half + t[k * d + k + 1]! * c;
  if (discriminant < 0) return;
  const z = half + (half >= 0 ? Math.sqrt(discriminant) : -Math.sqrt(discriminant));
  storeReflection(chain, 0, z, c, 0);
  reflectThreeRows(t, k * d, d, k, qT === undefined ? k + 2 : d, chain, 0, true);
  for (let i = qT === undefined ? k : 0; i < k + 2; i++) chainOnRow(t, i * d, k, k + 1, k, chain);
  if (qT !== undefined) reflectThreeRows(qT, k * d, d, 0, d, chain, 0, true);
  t[(k + 1) * d + k] = 0;
}

/**
 * Francis' implicit double-shift iterations: t (d×d Hessenberg, overwritten) becomes quasi upper triangular.
 * @param qT follows as the rows of the transposed basis; without it only the diagonal blocks of t come out
 * @throws no-convergence
 * @cost O(15d³) with, O(7d³) without qT
 */
export function francisIterations(t: Float64Array, qT: Float64Array | undefined, d: number): void {
  const norm = frobeniusNorm(t);
  const chain: BulgeChain = { v1: new Float64Array(d), v2: new Float64Array(d), t0: new Float64Array(d) };
  let iterations = 0;
  for (let high = d - 1; high > 0; ) {
    const low = blockStart(t, d, high, norm);
    if (low >= high - 1) {
      if (low === high - 1) splitBlock(t, qT, d, low, chain);
      high = low - 1;
      iterations = 0;
      continue;
    }
    iterations++;
    if (iterations > maxIterationsPerValue) {
      throw new SolveError({
        code: "no-convergence",
        who: "realSchur",
        rule: `every eigenvalue must converge within ${maxIterationsPerValue} iterations`,
        got: `a block of rows ${low} to ${high} that did not split`,
        fix: "Perturb the matrix by rounding errors and report it",
      });
    }
    francisSweep(t, qT, d, low, high, iterations % 10 === 0, chain);
  }
}
