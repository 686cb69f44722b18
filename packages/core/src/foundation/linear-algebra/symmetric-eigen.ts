import { SolveError } from "../errors/index.js";
import { maxAbs } from "./basic.js";
import { requireMatrix } from "./check.js";
import { dotRows, rotateChain } from "./kernels.js";
import { tridiagonalize } from "./tridiagonal.js";

/** a = vectors·diag(values)·vectorsᵀ. */
export interface SymmetricEigen {
  /** d, ascending */
  readonly values: Float64Array;
  /** d×d, column j belongs to values[j] */
  readonly vectors: Float64Array;
}

const maxSweepsPerValue = 60;

/** One implicit QL sweep with Wilkinson's shift on the unreduced block low…high; the rotations of rows high, high − 1, … follow. */
function implicitSweep(
  diagonal: Float64Array,
  off: Float64Array,
  low: number,
  high: number,
  cosines: Float64Array,
  sines: Float64Array,
): number {
  const half = (diagonal[low + 1]! - diagonal[low]!) / (2 * off[low]!);
  const radius = Math.hypot(half, 1);
  let g = diagonal[high]! - diagonal[low]! + off[low]! / (half + (half >= 0 ? radius : -radius));
  let s = 1;
  let c = 1;
  let p = 0;
  for (let i = high - 1; i >= low; i--) {
    const f = s * off[i]!;
    const b = c * off[i]!;
    const square = f * f + g * g;
    const r = square > 1e-280 ? Math.sqrt(square) : Math.hypot(f, g);
    off[i + 1] = r;
    if (r === 0) {
      diagonal[i + 1]! -= p;
      off[high] = 0;
      return high - 1 - i;
    }
    s = f / r;
    c = g / r;
    g = diagonal[i + 1]! - p;
    const t = (diagonal[i]! - g) * s + 2 * c * b;
    p = s * t;
    diagonal[i + 1] = g + p;
    g = c * t - b;
    cosines[high - 1 - i] = c;
    sines[high - 1 - i] = s;
  }
  diagonal[low]! -= p;
  off[low] = g;
  off[high] = 0;
  return high - low;
}

/** Makes the tridiagonal matrix diagonal; the rows of zT follow when given. */
function iterate(diagonal: Float64Array, off: Float64Array, zT: Float64Array | undefined, d: number): void {
  const floor = Number.MIN_VALUE / Number.EPSILON;
  const cosines = new Float64Array(d);
  const sines = new Float64Array(d);
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
      const count = implicitSweep(diagonal, off, low, high, cosines, sines);
      if (zT !== undefined) rotateChain(zT, high * d, -d, d, count, cosines, sines);
    }
  }
}

/** The symmetric part of a, divided by `scale`, with rows and columns reversed when the larger end comes last. */
function prepare(a: Float64Array, d: number): { work: Float64Array; scale: number; reversed: boolean } {
  const largest = maxAbs(a);
  const scale = largest > 0 && (largest > 1e100 || largest < 1e-100) ? largest : 1;
  const work = new Float64Array(d * d);
  const reversed = d > 1 && Math.abs(a[0]!) < Math.abs(a[d * d - 1]!);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      const value = 0.5 * (a[i * d + j]! / scale) + 0.5 * (a[j * d + i]! / scale);
      if (reversed) work[(d - 1 - j) * d + d - 1 - i] = value;
      else work[i * d + j] = value;
    }
  }
  return { work, scale, reversed };
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
  const { work, scale, reversed } = prepare(a, d);
  const { diagonal, off, zT } = tridiagonalize(work, d, true);
  iterate(diagonal, off, zT, d);
  const order = Array.from({ length: d }, (_, i) => i).sort((i, j) => diagonal[i]! - diagonal[j]!);
  const values = new Float64Array(d);
  const vectors = new Float64Array(d * d);
  for (let j = 0; j < d; j++) {
    const source = order[j]!;
    values[j] = diagonal[source]! * scale;
    const length = Math.sqrt(dotRows(zT, source * d, zT, source * d, d));
    for (let i = 0; i < d; i++) vectors[i * d + j] = zT[source * d + (reversed ? d - 1 - i : i)]! / length;
  }
  return { values, vectors };
}

/**
 * The eigenvalues of a symmetric matrix alone, without vectors.
 * @param a d×d symmetric; the symmetric part (a + aᵀ)/2 is what counts
 * @returns d, ascending
 * @throws wrong-shape, not-finite (input); no-convergence
 * @cost O(4d³/3) time, O(d²) memory
 * @accuracy as symmetricEigen (factorizations.test.ts)
 * @source derived (definition)
 */
export function symmetricEigenvalues(a: Float64Array, d: number): Float64Array {
  requireMatrix("symmetricEigenvalues", "the matrix", a, d, d);
  const { work, scale } = prepare(a, d);
  const { diagonal, off } = tridiagonalize(work, d, false);
  iterate(diagonal, off, undefined, d);
  return diagonal.map((value) => value * scale).sort();
}
