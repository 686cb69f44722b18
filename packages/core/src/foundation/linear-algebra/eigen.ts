import { balance } from "./balance.js";
import { frobeniusNorm, maxAbs } from "./basic.js";
import { requireMatrix } from "./check.js";
import { matMulNT } from "./products.js";
import { flipTranspose } from "./quasi-triangular.js";
import { realSchur, schurEigenvalues } from "./schur.js";
import { schurVectors } from "./schur-vectors.js";

/**
 * Eigenvalues re + i·im, complex ones in adjacent conjugate pairs with the positive imaginary part first, and vectors in
 * real storage: column j of a real eigenvalue j is its vector; for a pair (j, j + 1) the vectors are
 * column j ± i·column j + 1, the sign + for eigenvalue j. Each complex vector has 2-norm 1.
 */
export interface Eigen {
  /** d */
  readonly re: Float64Array;
  /** d */
  readonly im: Float64Array;
  /** d×d, a·x = λ·x */
  readonly vectors: Float64Array;
  /** d×d, yᴴ·a = λ·yᴴ, when asked for */
  readonly leftVectors?: Float64Array;
}

/** Scales row i by scales[i], then each vector to 2-norm 1; pairs together. */
function normalize(vectors: Float64Array, im: Float64Array, scales: Float64Array, d: number): Float64Array {
  const out = vectors.map((value, k) => value * scales[Math.floor(k / d)]!);
  const columns = Float64Array.from({ length: d }, (_, j) => frobeniusNorm(out.filter((_value, k) => k % d === j)));
  for (let j = 0; j < d; j++) {
    if (im[j]! > 0) {
      const both = Math.hypot(columns[j]!, columns[j + 1]!);
      columns[j] = both;
      columns[j + 1] = both;
    }
  }
  return out.map((value, k) => value / columns[k % d]!);
}

/** The left vectors: the right ones of J·tᵀ·J, reversed back and conjugated. */
function leftRows(t: Float64Array, im: Float64Array, d: number): Float64Array {
  const flipped = schurVectors(flipTranspose(t, d), d);
  const rows = new Float64Array(d * d);
  for (let k = 0; k < d; k++) {
    // A pair at (k, k + 1) stands at (d − 2 − k, d − 1 − k) there, real part first in both.
    const source = im[k]! > 0 ? d - 2 - k : im[k]! < 0 ? d - k : d - 1 - k;
    const sign = im[k]! < 0 ? -1 : 1;
    for (let i = 0; i < d; i++) rows[k * d + i] = sign * flipped[source * d + d - 1 - i]!;
  }
  return rows;
}

/**
 * All eigenvalues and right (and left) eigenvectors of a general real matrix, from the Schur form of the balanced matrix.
 * @param a d×d
 * @param options left: also the left eigenvectors; default false
 * @returns see `Eigen`. A defective matrix has fewer independent vectors: the returned ones are then nearly parallel
 * @throws wrong-shape, not-finite (input); no-convergence
 * @cost O(28d³) time, O(d²) memory
 * @accuracy ‖a·x − λ·x‖ ≤ 1e-13·‖a‖ for unit x, unless badly scaled (eigen.test.ts)
 * @source derived (Francis' algorithm, back substitution)
 */
export function eigen(a: Float64Array, d: number, options: { readonly left?: boolean } = {}): Eigen {
  requireMatrix("eigen", "the matrix", a, d, d);
  const balanced = a.slice();
  const scales = balance(balanced, d);
  const largest = maxAbs(balanced);
  // The vectors do not change with the size of the matrix; their substitution is safe near 1.
  const size = largest > 0 ? 2 ** Math.floor(Math.log2(largest)) : 1;
  const { t, q } = realSchur(
    balanced.map((value) => value / size),
    d,
  );
  const { re, im } = schurEigenvalues(t, d);
  const lift = (rows: Float64Array): Float64Array => {
    const out = new Float64Array(d * d);
    matMulNT(q, rows, d, d, d, out);
    return out;
  };
  const vectors = normalize(lift(schurVectors(t, d)), im, scales, d);
  const spectrum = { re: re.map((value) => value * size), im: im.map((value) => value * size) };
  if (options.left !== true) return { ...spectrum, vectors };
  const inverse = scales.map((value) => 1 / value);
  return { ...spectrum, vectors, leftVectors: normalize(lift(leftRows(t, im, d)), im, inverse, d) };
}
