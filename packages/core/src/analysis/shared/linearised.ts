import {
  eigenvalues,
  frobeniusNorm,
  identity,
  matMul,
  svd,
  symmetricEigen,
} from "../../foundation/linear-algebra/index.js";
import { combine, congruence, times, transposedTimes } from "./matrix-forms.js";

/** Σ̇ = B(Σ)Σ + ΣB(Σ)ᵀ of a law without moving mean; `out` receives B, d×d. */
export type CovarianceGenerator = (cov: Float64Array, out: Float64Array) => void;

/** A covariance flow with, where it is known in closed form, H ↦ D(BΣ + ΣBᵀ)[H] at a Σ. */
export interface CovarianceFlow {
  readonly generator: CovarianceGenerator;
  derivativeAt?(cov: Float64Array): (H: Float64Array) => Float64Array;
}

/** Relative length of the difference step: error its square, rounding ε over it. */
const step = 1e-5;
/** Largest dimension of the stratum whose dense spectrum is still computed. */
const largest = 400;

/** BΣ + ΣBᵀ, d×d. */
export function covarianceRate(generator: CovarianceGenerator, cov: Float64Array, d: number): Float64Array {
  const B = new Float64Array(d * d);
  generator(cov, B);
  return plusTranspose(times(B, cov, d, d, d), d);
}

/** |Σ̇|/|Σ|; 0 at Σ = 0. */
export function restResidual(generator: CovarianceGenerator, cov: Float64Array, d: number): number {
  const size = frobeniusNorm(cov);
  return size === 0 ? 0 : frobeniusNorm(covarianceRate(generator, cov, d)) / size;
}

export interface LinearisedSpectrum {
  /** Of H ↦ D(BΣ + ΣBᵀ)[H] on the tangent space {YΣ* + Σ*Yᵀ} of the rank stratum. */
  readonly re: Float64Array;
  readonly im: Float64Array;
  /** Greatest real part of λ_i + λ_j, λ of B across the range: how spread outside the limit's range dies. −∞: none. */
  readonly across: number;
  readonly rank: number;
}

/** The moved equilibrium (I + sY)Σ*(I + sY)ᵀ with Y = u_i u_jᵀ/λ_j: semidefinite on both sides of Σ*. */
function shifted(cov: Float64Array, Y: Float64Array, s: number, d: number): Float64Array {
  const F = identity(d).map((value, k) => value + s * Y[k]!);
  const Ft = new Float64Array(d * d);
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) Ft[i * d + j] = F[j * d + i]!;
  return congruence(cov, Ft, d);
}

/** The linearised flow on the rank stratum of Σ, in the eigenbasis of Σ. */
export interface StratumOperator {
  /** size×size, size = r(r+1)/2 + r(d−r). */
  readonly operator: Float64Array;
  /** The entries (i, j), i ≤ j, of a symmetric matrix in the eigenbasis that are coordinates of the tangent space. */
  readonly pairs: readonly (readonly [number, number])[];
  /** Ascending eigenvalues and eigenvectors of Σ. */
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/** H ↦ D(BΣ + ΣBᵀ)[H], exact or by central differences along congruences; undefined beyond 400 dimensions. */
export function stratumOperator(
  flow: CovarianceFlow,
  cov: Float64Array,
  d: number,
  rank: number,
): StratumOperator | undefined {
  const { values, vectors } = symmetricEigen(cov, d);
  const pairs: [number, number][] = [];
  for (let j = d - rank; j < d; j++) for (let i = 0; i <= j; i++) pairs.push([i, j]);
  const size = pairs.length;
  if (size > largest) return undefined;
  const operator = new Float64Array(size * size);
  const exact = flow.derivativeAt?.(cov);
  pairs.forEach(([i, j], column) => {
    // Y moves Σ by u_i u_jᵀ + u_j u_iᵀ, or by u_i u_iᵀ.
    const Y = generatorOfMove(vectors, i, j, 1 / values[j]!, d);
    const image = exact ? exact(tangentOf(Y, cov, d)) : difference(flow, cov, Y, step * values[j]!, d);
    const change = congruence(image, vectors, d);
    pairs.forEach(([p, q], row) => {
      operator[row * size + column] = change[p * d + q]!;
    });
  });
  return { operator, pairs, values, vectors };
}

/** YΣ + ΣYᵀ. */
function tangentOf(Y: Float64Array, cov: Float64Array, d: number): Float64Array {
  return plusTranspose(times(Y, cov, d, d, d), d);
}

/** X + Xᵀ. */
export function plusTranspose(X: Float64Array, d: number): Float64Array {
  return X.map((value, k) => value + X[(k % d) * d + Math.floor(k / d)]!);
}

function difference({ generator }: CovarianceFlow, cov: Float64Array, Y: Float64Array, h: number, d: number) {
  const ahead = covarianceRate(generator, shifted(cov, Y, h, d), d);
  const back = covarianceRate(generator, shifted(cov, Y, -h, d), d);
  return ahead.map((value, k) => (value - back[k]!) / (2 * h));
}

/** Y = w·u_i u_jᵀ, halved on the diagonal: YΣ + ΣYᵀ has wλ_j at (i, j) and (j, i) of the eigenbasis. */
function generatorOfMove(vectors: Float64Array, i: number, j: number, weight: number, d: number): Float64Array {
  const w = i === j ? weight / 2 : weight;
  return vectors.map((_, k) => w * vectors[Math.floor(k / d) * d + i]! * vectors[(k % d) * d + j]!);
}

/** Singular values of the operator below this part of the largest belong to a continuum of equilibria. */
const neutral = 1e-7;

/** One Newton step for BΣ + ΣBᵀ = 0 on the rank stratum, of least length along a continuum of equilibria. */
export function newtonOnStratum(
  flow: CovarianceFlow,
  cov: Float64Array,
  d: number,
  rank: number,
): Float64Array | undefined {
  const found = stratumOperator(flow, cov, d, rank);
  if (found === undefined) return undefined;
  const { operator, pairs, values, vectors } = found;
  const size = pairs.length;
  const rate = congruence(covarianceRate(flow.generator, cov, d), vectors, d);
  const { u, s, v } = svd(operator, size, size);
  const wanted = Float64Array.from(pairs, ([i, j]) => -rate[i * d + j]!);
  const inner = transposedTimes(u, wanted, size, size, 1);
  const move = times(
    v,
    inner.map((value, k) => (s[k]! > neutral * s[0]! ? value / s[k]! : 0)),
    size,
    size,
    1,
  );
  let Y: Float64Array = new Float64Array(d * d);
  pairs.forEach(([i, j], k) => {
    Y = combine(Y, generatorOfMove(vectors, i, j, 1 / values[j]!, d), move[k]!);
  });
  return shifted(cov, Y, 1, d);
}

/**
 * Spectrum of the linearised covariance flow at an equilibrium Σ*, on its rank stratum: r(r+1)/2 + r(d−r) eigenvalues.
 * Undefined when the stratum has more than 400 dimensions.
 *
 * @param rank of Σ*: eigenvalues of Σ* below its `rank` largest are taken for zero
 * @cost two evaluations of B per dimension of the stratum, and one eigenproblem of that size
 * @accuracy 1e-8 relative (linearised.test.ts: −(λ_i + λ_j) of W for V = vI, and the analytic operator for general V)
 * @source theory.md §2 (H ↦ X + Xᵀ, X = VHAΣ* + VΣ*AH + WH); differences derived
 */
export function linearisedSpectrum(
  flow: CovarianceFlow,
  cov: Float64Array,
  d: number,
  rank: number,
): LinearisedSpectrum | undefined {
  const found = stratumOperator(flow, cov, d, rank);
  if (found === undefined) return undefined;
  const spectrum = eigenvalues(found.operator, found.pairs.length);
  return { ...spectrum, across: acrossRange(flow.generator, cov, found.vectors, d, rank), rank };
}

function acrossRange(
  generator: CovarianceGenerator,
  cov: Float64Array,
  vectors: Float64Array,
  d: number,
  rank: number,
): number {
  const rest = d - rank;
  if (rest === 0) return Number.NEGATIVE_INFINITY;
  const B = new Float64Array(d * d);
  generator(cov, B);
  const image = new Float64Array(d * d);
  matMul(B, vectors, d, d, d, image);
  const inBasis = transposedTimes(vectors, image, d, d, d);
  const block = new Float64Array(rest * rest);
  for (let i = 0; i < rest; i++) for (let j = 0; j < rest; j++) block[i * rest + j] = inBasis[i * d + j]!;
  return 2 * Math.max(...eigenvalues(block, rest).re);
}
