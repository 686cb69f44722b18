import { SolveError } from "../errors/index.js";
import { transpose } from "./basic.js";
import { bidiagonalSweep, type Chain } from "./bidiagonal-sweep.js";
import { columnOf, type Reflector, reflectorInPlace } from "./householder.js";
import { addCombination, dotRows, rotateChain } from "./kernels.js";
import { productOfReflectors } from "./panel.js";

const maxSweepsPerValue = 60;

/** Upper bidiagonal, off[i] between columns i and i + 1; uT and vT hold the reflections as rows. */
interface Bidiagonal {
  readonly diagonal: Float64Array;
  readonly off: Float64Array;
  readonly uT: Float64Array;
  readonly vT: Float64Array;
}

/**
 * The trailing block from row and column `from` − u·wᵀ (the reflection from the left), then ·(I − factor·v·vᵀ), in one
 * pass of writing: the second product is corrected for the first instead of waiting for it. u starts one row earlier.
 */
function reflectBoth(
  a: Float64Array,
  n: number,
  from: number,
  u: Float64Array,
  w: Float64Array,
  v: Float64Array,
  factor: number,
  z: Float64Array,
): void {
  const length = n - from;
  const shift = dotRows(w, 0, v, 0, length);
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    const r0 = (from + i) * n + from;
    const r1 = r0 + n;
    const r2 = r1 + n;
    const r3 = r2 + n;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let j = 0; j < length; j++) {
      const x = v[j]!;
      s0 += x * a[r0 + j]!;
      s1 += x * a[r1 + j]!;
      s2 += x * a[r2 + j]!;
      s3 += x * a[r3 + j]!;
    }
    z[i] = s0;
    z[i + 1] = s1;
    z[i + 2] = s2;
    z[i + 3] = s3;
  }
  for (; i < length; i++) z[i] = dotRows(v, 0, a, (from + i) * n + from, length);
  for (let k = 0; k < length; k++) z[k] = factor * (z[k]! - shift * u[k + 1]!);
  for (let k = 0; k + 1 < length; k += 2) subtractPairs(a, (from + k) * n + from, n, u, w, v, z, k, length);
  if (length % 2 === 1) {
    const row = (n - 1) * n + from;
    for (let j = 0; j < length; j++) a[row + j] = a[row + j]! - u[length]! * w[j]! - z[length - 1]! * v[j]!;
  }
}

/** Two rows, k and k + 1, of a −= u·wᵀ + z·vᵀ. */
function subtractPairs(
  a: Float64Array,
  row: number,
  n: number,
  u: Float64Array,
  w: Float64Array,
  v: Float64Array,
  z: Float64Array,
  k: number,
  length: number,
): void {
  const u0 = u[k + 1]!;
  const u1 = u[k + 2]!;
  const z0 = z[k]!;
  const z1 = z[k + 1]!;
  const next = row + n;
  for (let j = 0; j < length; j++) {
    const x = w[j]!;
    const y = v[j]!;
    a[row + j] = a[row + j]! - u0 * x - z0 * y;
    a[next + j] = a[next + j]! - u1 * x - z1 * y;
  }
}

function bidiagonalize(work: Float64Array, n: number): Bidiagonal {
  const scratch = new Float64Array(n);
  const scratchRight = new Float64Array(n);
  const left: Reflector[] = [];
  const right: Reflector[] = [];
  const diagonal = new Float64Array(n);
  const off = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const column = reflectorInPlace(columnOf(work, n, k, k, n));
    diagonal[k] = column.image;
    left.push(column);
    if (k === n - 1) continue;
    const length = n - k - 1;
    const { v: u, factor } = column;
    const start = k * n + k + 1;
    scratch.fill(0);
    if (factor !== 0) addCombination(scratch, 0, length, 1, u, 0, 1, n - k, work, start, n);
    for (let j = 0; j < length; j++) scratch[j]! *= factor;
    const updated = work.slice(start, start + length);
    for (let j = 0; j < length; j++) updated[j]! -= scratch[j]!;
    const row = reflectorInPlace(updated);
    off[k] = row.image;
    right.push(row);
    reflectBoth(work, n, k + 1, u, scratch, row.v, row.factor, scratchRight);
  }
  const uT = transpose(productOfReflectors(left, 0, n, n), n, n);
  const vT = transpose(productOfReflectors(right, 1, n, n), n, n);
  return { diagonal, off, uT, vT };
}

/** The first row of the unreduced block that ends in row high; the negligible entry before it is set to zero. */
function blockStart(diagonal: Float64Array, off: Float64Array, high: number, norm: number): number {
  for (let low = high; low > 0; low--) {
    const size = Math.abs(diagonal[low - 1]!) + Math.abs(diagonal[low]!);
    if (Math.abs(off[low - 1]!) > Number.EPSILON * (0.5 * size + 1e-3 * Number.EPSILON * norm)) continue;
    off[low - 1] = 0;
    return low;
  }
  return 0;
}

function iterate(b: Bidiagonal, n: number): void {
  const { diagonal, off, uT, vT } = b;
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(diagonal[i]!), Math.abs(off[i]!));
  const right: Chain = { c: new Float64Array(n), s: new Float64Array(n) };
  const left: Chain = { c: new Float64Array(n), s: new Float64Array(n) };
  let sweeps = 0;
  for (let high = n - 1; high > 0; ) {
    const low = blockStart(diagonal, off, high, norm);
    if (low === high) {
      high--;
      sweeps = 0;
      continue;
    }
    if (++sweeps > maxSweepsPerValue) {
      throw new SolveError({
        code: "no-convergence",
        who: "svd",
        rule: `every singular value must converge within ${maxSweepsPerValue} sweeps`,
        got: `|off-diagonal| = ${Math.abs(off[high - 1]!)} in row ${high - 1}`,
        fix: "Report this matrix; the method converges for every finite one",
      });
    }
    bidiagonalSweep(diagonal, off, low, high, right, left);
    rotateChain(vT, low * n, n, n, high - low, right.c, right.s);
    rotateChain(uT, low * n, n, n, high - low, left.c, left.s);
  }
}

/**
 * The singular value decomposition of a square matrix by Golub and Kahan's bidiagonal form and implicit QR.
 * @param work n×n, destroyed, its entries well inside the range of numbers
 * @returns uT, vT with the singular vectors as rows, s descending
 * @throws no-convergence
 * @cost O(20n³)
 * @source derived (Golub and Kahan; zero shifts of Demmel and Kahan)
 */
export function bidiagonalSvd(work: Float64Array, n: number): { uT: Float64Array; s: Float64Array; vT: Float64Array } {
  const b = bidiagonalize(work, n);
  iterate(b, n);
  const order = Array.from({ length: n }, (_, i) => i);
  order.sort((i, j) => Math.abs(b.diagonal[j]!) - Math.abs(b.diagonal[i]!));
  const s = new Float64Array(n);
  const uT = new Float64Array(n * n);
  const vT = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const source = order[j]!;
    const value = b.diagonal[source]!;
    s[j] = Math.abs(value);
    uT.set(b.uT.subarray(source * n, source * n + n), j * n);
    const sign = value < 0 ? -1 : 1;
    for (let k = 0; k < n; k++) vT[j * n + k] = sign * b.vT[source * n + k]!;
  }
  return { uT, s, vT };
}
