import { matMul } from "../../foundation/linear-algebra/index.js";
import type { AnalysisContext } from "../contract.js";

/** Σ ↦ Σ̇ = BΣ + ΣBᵀ, shape [d, d]. */
export type CovarianceRate = (cov: Float64Array) => Float64Array;

/** The rate of the covariance at the start of the span, with the mean of the initial law. @cost that of the closure, 2d³ */
export function covarianceRate({ model, initial, span }: AnalysisContext): CovarianceRate {
  const { d } = model;
  const { mean } = initial.moments();
  const affine = () => ({ B: new Float64Array(d * d), c: new Float64Array(d) });
  const [field, scratch] = [affine(), affine()];
  const product = new Float64Array(d * d);
  return (cov) => {
    model.gaussianField(mean, cov, span[0], field, scratch);
    matMul(field.B, cov, d, d, d, product);
    const out = new Float64Array(d * d);
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) out[i * d + j] = product[i * d + j]! + product[j * d + i]!;
    return out;
  };
}
