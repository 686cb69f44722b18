import { SolveError } from "../errors/index.js";
import { frobeniusNorm, identity, maxAbs } from "./basic.js";
import { requireMatrix } from "./check.js";
import { householder, reflectColumns, reflectRows } from "./householder.js";

/** a = vectors·diag(values)·vectorsᵀ. */
export interface SymmetricEigen {
  /** d, ascending */
  readonly values: Float64Array;
  /** d×d, column j belongs to values[j] */
  readonly vectors: Float64Array;
}

const maxSweepsPerValue = 60;

/**
 * Reduces work (d×d symmetric, destroyed) to tridiagonal form from the top and returns it in reversed order, with the
 * accumulated reflections in the rows of zᵀ: large entries first here, last in implicit QL, keeps graded matrices accurate.
 */
function tridiagonalize(
  work: Float64Array,
  d: number,
): { diagonal: Float64Array; off: Float64Array; zT: Float64Array } {
  const zT = identity(d);
  for (let k = 0; k < d - 2; k++) {
    const column = new Float64Array(d - k - 1);
    for (let i = k + 1; i < d; i++) column[i - k - 1] = work[i * d + k]!;
    const { v, factor } = householder(column);
    reflectRows(work, d, k + 1, k, d, v, factor);
    reflectColumns(work, d, k, d, k + 1, v, factor);
    reflectRows(zT, d, k + 1, 0, d, v, factor);
  }
  const diagonal = new Float64Array(d);
  const off = new Float64Array(d);
  const zReversed = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    const place = d - 1 - i;
    diagonal[place] = work[i * d + i]!;
    if (i > 0) off[place] = work[i * d + i - 1]!;
    zReversed.set(zT.subarray(i * d, i * d + d), place * d);
  }
  return { diagonal, off, zT: zReversed };
}

/** One implicit QL sweep with Wilkinson's shift on the unreduced block low…high. */
function implicitSweep(
  diagonal: Float64Array,
  off: Float64Array,
  zT: Float64Array,
  d: number,
  low: number,
  high: number,
): void {
  const half = (diagonal[low + 1]! - diagonal[low]!) / (2 * off[low]!);
  const radius = Math.hypot(half, 1);
  let g = diagonal[high]! - diagonal[low]! + off[low]! / (half + (half >= 0 ? radius : -radius));
  let s = 1;
  let c = 1;
  let p = 0;
  for (let i = high - 1; i >= low; i--) {
    const f = s * off[i]!;
    const b = c * off[i]!;
    const r = Math.hypot(f, g);
    off[i + 1] = r;
    if (r === 0) {
      diagonal[i + 1]! -= p;
      off[high] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = diagonal[i + 1]! - p;
    const t = (diagonal[i]! - g) * s + 2 * c * b;
    p = s * t;
    diagonal[i + 1] = g + p;
    g = c * t - b;
    const upper = (i + 1) * d;
    const lower = i * d;
    for (let k = 0; k < d; k++) {
      const z1 = zT[upper + k]!;
      const z0 = zT[lower + k]!;
      zT[upper + k] = s * z0 + c * z1;
      zT[lower + k] = c * z0 - s * z1;
    }
  }
  diagonal[low]! -= p;
  off[low] = g;
  off[high] = 0;
}

function iterate(diagonal: Float64Array, off: Float64Array, zT: Float64Array, d: number): void {
  const floor = Number.MIN_VALUE / Number.EPSILON;
  for (let low = 0; low < d; low++) {
    for (let sweep = 0; ; sweep++) {
      let high = low;
      for (; high < d - 1; high++) {
        const size = Math.abs(diagonal[high]!) + Math.abs(diagonal[high + 1]!);
        if (Math.abs(off[high]!) <= Math.max(Number.EPSILON * 0.5 * size, floor)) break;
      }
      if (high === low) break;
      if (sweep >= maxSweepsPerValue) {
        throw new SolveError({
          code: "no-convergence",
          who: "symmetricEigen",
          rule: `every eigenvalue must converge within ${maxSweepsPerValue} sweeps`,
          got: `|off-diagonal| = ${Math.abs(off[low]!)} at ${low}`,
          fix: "Report this matrix; the method converges for every finite symmetric one",
        });
      }
      implicitSweep(diagonal, off, zT, d, low, high);
    }
  }
}

/**
 * All eigenvalues and orthonormal eigenvectors of a symmetric matrix, a = Z·diag(λ)·Zᵀ.
 * Householder tridiagonalisation, then implicit QL; the work is scaled so that entries near the ends of the range are safe.
 * @param a d×d symmetric; the symmetric part (a + aᵀ)/2 is what is decomposed
 * @returns values ascending (d), vectors d×d with column j for values[j]
 * @throws wrong-shape, not-finite (input); no-convergence
 * @cost O(9d³) time, O(d²) memory
 * @accuracy |λ error| and ‖a·Z − Z·Λ‖ ≤ 1e-14·d^½·‖a‖; ‖ZᵀZ − I‖ ≤ 1e-13 for d ≤ 64 (index.test.ts)
 * @source derived (definition)
 */
export function symmetricEigen(a: Float64Array, d: number): SymmetricEigen {
  requireMatrix("symmetricEigen", "the matrix", a, d, d);
  const largest = maxAbs(a);
  const scale = largest > 0 && (largest > 1e100 || largest < 1e-100) ? largest : 1;
  const work = new Float64Array(d * d);
  const reversed = d > 1 && Math.abs(a[0]!) < Math.abs(a[d * d - 1]!);
  const place = (i: number): number => (reversed ? d - 1 - i : i);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      work[place(i) * d + place(j)] = 0.5 * (a[i * d + j]! / scale) + 0.5 * (a[j * d + i]! / scale);
    }
  }
  const { diagonal, off, zT } = tridiagonalize(work, d);
  iterate(diagonal, off, zT, d);
  const order = Array.from({ length: d }, (_, i) => i).sort((i, j) => diagonal[i]! - diagonal[j]!);
  const values = new Float64Array(d);
  const vectors = new Float64Array(d * d);
  for (let j = 0; j < d; j++) {
    const source = order[j]!;
    values[j] = diagonal[source]! * scale;
    const length = frobeniusNorm(zT.subarray(source * d, source * d + d));
    for (let i = 0; i < d; i++) vectors[i * d + j] = zT[source * d + place(i)]! / length;
  }
  return { values, vectors };
}
