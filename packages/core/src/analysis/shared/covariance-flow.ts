import { frobeniusNorm } from "../../foundation/linear-algebra/index.js";
import { plusTranspose, times } from "./matrix-forms.js";

/** Σ̇ = B(Σ)Σ + ΣB(Σ)ᵀ of a law without moving mean; `out` receives B, d×d. */
export type CovarianceGenerator = (cov: Float64Array, out: Float64Array) => void;

/** A covariance flow with, where it is known in closed form, H ↦ D(BΣ + ΣBᵀ)[H] at a Σ. */
export interface CovarianceFlow {
  readonly generator: CovarianceGenerator;
  derivativeAt?(cov: Float64Array): (H: Float64Array) => Float64Array;
}

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
