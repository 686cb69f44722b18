import { InputError, SolveError } from "../../foundation/errors/index.js";
import {
  identity,
  matMul,
  matMulNT,
  matMulTN,
  solveLinear,
  sqrtm,
  svd,
  symmetricEigen,
  symmetrize,
  transpose,
} from "../../foundation/linear-algebra/index.js";

/** Eigenvalues of Σ down to minus this times the largest are rounding, and count as zero. */
const rounding = 1e-13;

/** LWdiag(η)WᵀLᵀ with Σ = LLᵀ, LᵀHᵀL = U diag(s) Wᵀ and η = 2/(1 + √(1 + 4s²)). */
function throughRoot(values: Float64Array, vectors: Float64Array, H: Float64Array, d: number): Float64Array {
  const root = vectors.map((entry, k) => entry * Math.sqrt(Math.max(0, values[k % d]!)));
  const product = new Float64Array(d * d);
  const scores = new Float64Array(d * d);
  matMulTN(root, transpose(H, d, d), d, d, d, product);
  matMul(product, root, d, d, d, scores);
  const { s, v } = svd(scores, d, d);
  const frame = new Float64Array(d * d);
  matMul(root, v, d, d, d, frame);
  const scaled = frame.map((entry, k) => entry * Math.sqrt(2 / (1 + Math.hypot(1, 2 * s[k % d]!))));
  const conditional = new Float64Array(d * d);
  matMulNT(scaled, scaled, d, d, d, conditional);
  return conditional;
}

/** 2(I + √(I + 4ΣHΣHᵀ))⁻¹Σ: the same function of Σ, analytic also where a trial state has left the PSD cone. */
function throughMatrixRoot(cov: Float64Array, H: Float64Array, d: number): Float64Array | undefined {
  const [one, two] = [new Float64Array(d * d), new Float64Array(d * d)];
  matMul(cov, H, d, d, d, one);
  matMul(one, cov, d, d, d, two);
  matMulNT(two, H, d, d, d, one);
  const square = identity(d).map((entry, k) => entry + 4 * one[k]!);
  try {
    const root = sqrtm(square, d);
    for (let i = 0; i < d; i++) root[i * d + i]! += 1;
    const conditional = solveLinear(
      root,
      cov.map((entry) => 2 * entry),
      d,
      d,
    );
    symmetrize(conditional, d);
    return conditional;
  } catch (error) {
    if (error instanceof InputError || error instanceof SolveError) return undefined;
    throw error;
  }
}

/**
 * S, the covariance of y given x in the entropic coupling of N(m, Σ) with itself for the score yᵀHx: the coupling with
 * both marginals N(m, Σ) whose density against their product is e^{f(x) + yᵀHx + g(y)}. It solves S + SHΣHᵀS = Σ, so
 * S = Σh(HΣHᵀΣ) with h(z) = 2/(1 + √(1 + 4z)), without an inverse of Σ: singular ones are as good as any.
 *
 * Then y given x has mean m + SH(x − m), also for x off the range of Σ.
 *
 * @param cov Σ, d×d, symmetric, finite
 * @param H A/ε, d×d
 * @returns d×d, symmetric; undefined where Σ is so far from positive semidefinite that no real coupling exists
 * @throws SolveError no-convergence
 * @cost about 40d³ multiply-adds, O(d²) memory
 * @accuracy marginals and precision block to 1e-12; attention/sinkhorn/gaussian.test.ts
 * @source arXiv 2501.18322, theory.md §2; this form derived from the SVD stated there
 */
export function conditionalCovariance(cov: Float64Array, H: Float64Array, d: number): Float64Array | undefined {
  const { values, vectors } = symmetricEigen(cov, d);
  const largest = Math.max(Math.abs(values[0] ?? 0), values[d - 1] ?? 0);
  if (values[0]! >= -rounding * largest) return throughRoot(values, vectors, H, d);
  return throughMatrixRoot(cov, H, d);
}

/** A quadratic dual potential g(y) = −½(y − m)ᵀM(y − m) − yᵀHm, up to a constant. */
export interface QuadraticPotential {
  /** M = HS'Hᵀ, S' the covariance of x given y. Shape [d, d], positive semidefinite. */
  readonly M: Float64Array;
  /** Hm, shape [d]. */
  readonly linear: Float64Array;
}

/**
 * The potential of the keys in the coupling of `conditionalCovariance`.
 * @param mean m, [d]
 * @param cov Σ, d×d, symmetric, finite
 * @param H A/ε, d×d
 * @returns undefined as `conditionalCovariance`
 * @cost as conditionalCovariance
 * @source derived: (Σ⁻¹ + M)⁻¹ is the covariance of y given x
 */
export function gaussianPotential(
  mean: Float64Array,
  cov: Float64Array,
  H: Float64Array,
  d: number,
): QuadraticPotential | undefined {
  const conditional = conditionalCovariance(cov, transpose(H, d, d), d);
  if (conditional === undefined) return undefined;
  const [product, M] = [new Float64Array(d * d), new Float64Array(d * d)];
  matMul(H, conditional, d, d, d, product);
  matMulNT(product, H, d, d, d, M);
  symmetrize(M, d);
  const linear = new Float64Array(d);
  matMul(H, mean, d, d, 1, linear);
  return { M, linear };
}
