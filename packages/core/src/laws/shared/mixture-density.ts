import { psdPseudoInverse, symmetricEigenvalues } from "../../foundation/linear-algebra/index.js";
import type { Gaussian, LawDensity } from "../contract.js";

/** One part of a mixture. */
export interface Component {
  /** Its share; shares sum to 1. */
  readonly weight: number;
  readonly law: Gaussian;
}

/** (2π)^{−d/2}|Σ|^{−½}e^{−½(x−m)ᵀΣ⁻¹(x−m)}, or undefined when Σ is singular. */
function normalDensity({ d, mean, cov }: Gaussian): ((x: Float64Array) => number) | undefined {
  const { inverse, rank } = psdPseudoInverse(cov, d);
  if (rank < d) return undefined;
  const logDet = symmetricEigenvalues(cov, d).reduce((sum, value) => sum + Math.log(value), 0);
  const logScale = -0.5 * (d * Math.log(2 * Math.PI) + logDet);
  return (x) => {
    let form = 0;
    for (let a = 0; a < d; a++) {
      let row = 0;
      for (let b = 0; b < d; b++) row += inverse[a * d + b]! * (x[b]! - mean[b]!);
      form += (x[a]! - mean[a]!) * row;
    }
    return Math.exp(logScale - 0.5 * form);
  };
}

/** Σ_k w_k N(m_k, Σ_k), or undefined when a Σ_k is singular: such a law has no density. @cost a value: k·d² */
export function mixtureDensity(components: readonly Component[]): LawDensity | undefined {
  const parts = components.map(({ weight, law }) => ({ weight, density: normalDensity(law) }));
  if (parts.some(({ density }) => density === undefined)) return undefined;
  return {
    flat: true,
    normalised: true,
    at: (x) => parts.reduce((sum, { weight, density }) => sum + weight * density!(x), 0),
  };
}
