import { InputError, SolveError } from "../errors/index.js";
import { frobeniusNorm, isSymmetric, symmetrize, transpose } from "./basic.js";
import { requireMatrix } from "./check.js";
import { cholesky } from "./cholesky.js";
import { lyapunov } from "./lyapunov.js";
import { matMul, matMulNT, matMulTN } from "./products.js";
import { qr } from "./qr.js";
import { eigenvalues } from "./schur.js";
import { matrixSign } from "./sign-function.js";
import { solveTriangular } from "./triangular.js";

/** The stabilising solution of a continuous-time algebraic Riccati equation. */
export interface Care {
  /** d×d symmetric */
  readonly x: Float64Array;
  /** m×d, K = r⁻¹·bᵀ·x: a − b·K is stable */
  readonly gain: Float64Array;
  /** ‖aᵀX + Xa − X·b·r⁻¹·bᵀ·X + q‖, Frobenius */
  readonly residual: number;
}

const refinements = 4;

function multiply(a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array {
  const out = new Float64Array(m * n);
  matMul(a, b, m, k, n, out);
  return out;
}

function requireSymmetric(name: string, a: Float64Array, d: number): void {
  requireMatrix("care", name, a, d, d);
  if (isSymmetric(a, d, 1e-10)) return;
  throw new InputError({
    code: "not-symmetric",
    who: "care",
    rule: `${name} must equal its transpose`,
    fix: "Replace it by its symmetric part if the difference is only rounding",
  });
}

/** aᵀX + Xa − XgX + q. */
function riccati(a: Float64Array, g: Float64Array, q: Float64Array, x: Float64Array, d: number): Float64Array {
  const xa = multiply(x, a, d, d, d);
  const xgx = multiply(multiply(x, g, d, d, d), x, d, d, d);
  const out = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) out[i * d + j] = xa[i * d + j]! + xa[j * d + i]! - xgx[i * d + j]! + q[i * d + j]!;
  }
  return out;
}

/** X from the sign S of the Hamiltonian: (S + I)·[I; X] = 0 in the least squares sense. */
function fromSign(a: Float64Array, g: Float64Array, q: Float64Array, d: number): Float64Array {
  const n = 2 * d;
  const h = new Float64Array(n * n);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      h[i * n + j] = a[i * d + j]!;
      h[i * n + d + j] = -g[i * d + j]!;
      h[(d + i) * n + j] = -q[i * d + j]!;
      h[(d + i) * n + d + j] = -a[j * d + i]!;
    }
  }
  const sign = matrixSign(h, n);
  for (let i = 0; i < n; i++) sign[i * n + i]! += 1;
  const left = new Float64Array(n * d);
  const right = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) {
      left[i * d + j] = sign[i * n + d + j]!;
      right[i * d + j] = -sign[i * n + j]!;
    }
  }
  const { q: basis, r } = qr(left, n, d);
  const projected = new Float64Array(d * d);
  matMulTN(basis, right, d, n, d, projected);
  const x = solveTriangular(r, projected, d, d, { triangle: "upper" });
  symmetrize(x, d);
  return x;
}

function closedLoop(a: Float64Array, g: Float64Array, x: Float64Array, d: number): Float64Array {
  const gx = multiply(g, x, d, d, d);
  return a.map((value, k) => value - gx[k]!);
}

/** Kleinman's form of Newton's step: stable from a stabilising start, it repairs what the sign lost to rounding. */
function refine(a: Float64Array, g: Float64Array, q: Float64Array, start: Float64Array, d: number): Float64Array {
  let x = start;
  let residual = frobeniusNorm(riccati(a, g, q, x, d));
  for (let count = 0; count < refinements && residual > 0; count++) {
    const defect = riccati(a, g, q, x, d).map((value) => -value);
    const step = lyapunov(transpose(closedLoop(a, g, x, d), d, d), defect, d);
    const next = x.map((value, k) => value + step[k]!);
    symmetrize(next, d);
    const size = frobeniusNorm(riccati(a, g, q, next, d));
    if (!(size < residual)) break;
    x = next;
    residual = size;
  }
  return x;
}

function requireStable(a: Float64Array, g: Float64Array, x: Float64Array, d: number): void {
  const largest = eigenvalues(closedLoop(a, g, x, d), d).re.reduce((p, q) => Math.max(p, q), Number.NEGATIVE_INFINITY);
  if (largest < 0) return;
  throw new SolveError({
    code: "singular",
    who: "care",
    rule: "the closed loop a − b·K must be stable",
    got: `an eigenvalue with real part ${largest}`,
    fix: "Check that (a, b) is stabilisable and (q, a) detectable",
    details: { largest },
  });
}

/**
 * The stabilising solution of aᵀX + Xa − X·b·r⁻¹·bᵀ·X + q = 0, from the matrix sign of the Hamiltonian and Newton steps.
 * @param a d×d
 * @param b d×m
 * @param q d×d symmetric
 * @param r m×m symmetric positive definite
 * @throws wrong-shape, not-finite, not-symmetric (input); not-positive-definite (r); singular when there is no stabilising
 * solution: an eigenvalue of the Hamiltonian on the imaginary axis; no-convergence
 * @cost O(250d³)
 * @accuracy residual ≤ 1e-12·(2‖a‖·‖X‖ + ‖g‖·‖X‖² + ‖q‖), g = b·r⁻¹·bᵀ (equations.test.ts)
 * @source derived (matrix sign function; Kleinman)
 */
export function care(a: Float64Array, b: Float64Array, q: Float64Array, r: Float64Array, d: number, m: number): Care {
  requireMatrix("care", "a", a, d, d);
  requireMatrix("care", "b", b, d, m);
  requireSymmetric("q", q, d);
  requireSymmetric("r", r, m);
  const lower = cholesky(r, m);
  const half = solveTriangular(lower, transpose(b, d, m), m, d, { triangle: "lower" });
  const g = new Float64Array(d * d);
  matMulTN(half, half, d, m, d, g);
  const x = refine(a, g, q, fromSign(a, g, q, d), d);
  requireStable(a, g, x, d);
  const halfX = new Float64Array(m * d);
  matMulNT(half, x, m, d, d, halfX);
  const gain = solveTriangular(lower, halfX, m, d, { triangle: "lower", transposed: true });
  return { x, gain, residual: frobeniusNorm(riccati(a, g, q, x, d)) };
}
