import { InputError } from "../errors/index.js";
import { besselIRatioSequence, besselIScaled } from "./bessel.js";
import { requireDegree, requireFinite } from "./check.js";

/** e^{−β}·c_0 = e^{−β}·Γ(d/2)·(2/β)^α·I_α(β), α = d/2 − 1, as a product of factors in (0, 1]. */
function lowestCoefficient(alpha: number, beta: number): number {
  const first = alpha - Math.floor(alpha);
  // S¹ has e^{−β}I_0(β), S² e^{−β}sinh(β)/β; each step d → d + 2 multiplies by (2j/β)·I_j(β)/I_{j−1}(β).
  let value = first === 0 ? besselIScaled(0, beta) : -Math.expm1(-2 * beta) / (2 * beta);
  const start = first === 0 ? 0 : 0.5;
  const ratios = besselIRatioSequence(start, alpha - start, beta);
  for (let k = 0; k < ratios.length; k++) value *= ((2 * (start + k + 1)) / beta) * ratios[k]!;
  return value;
}

/**
 * The Funk–Hecke coefficients of e^{βt} on S^{d−1}, scaled by e^{−|β|}:
 * λ_k = e^{−|β|}·∫e^{β⟨x,y⟩}R_k(⟨x,y⟩)dσ(y) = e^{−|β|}·Γ(d/2)(2/β)^{d/2−1}I_{k+d/2−1}(β), σ the uniform probability,
 * R_k the zonal polynomial with R_k(1) = 1: convolving a degree-k harmonic with e^{β(t−1)} multiplies it by λ_k.
 * For β < 0 λ_k has the sign (−1)^k; for β = 0 it is 1, 0, 0, …
 * @param dimension d, an integer in [2, 10⁴]: the sphere is S^{d−1} (1)
 * @param beta β, finite (1)
 * @param maxDegree largest k ≤ 10⁵ (1)
 * @returns λ_0 … λ_maxDegree; values below the smallest float64 are 0
 * @throws out-of-range, not-finite
 * @cost O(d + maxDegree + √|β|)
 * @accuracy 4e-14·λ_0 against quadrature for d ≤ 128, |β| ≤ 60, and to the rounding of logarithms up to |β| = 10⁴
 *   (funk-hecke.test.ts)
 * @source arXiv 2601.21366, theory.md §3 (linear stability of the uniform law)
 */
export function funkHeckeExponential(dimension: number, beta: number, maxDegree: number): Float64Array {
  const who = "funkHeckeExponential";
  if (!(Number.isInteger(dimension) && dimension >= 2 && dimension <= 1e4)) {
    throw new InputError({
      code: "out-of-range",
      who,
      rule: "the dimension must be an integer in [2, 10000]",
      got: String(dimension),
      fix: "Pass d for the sphere S^(d−1) of R^d: 2 for the circle, 3 for S²",
    });
  }
  requireFinite(who, "beta", beta);
  requireDegree(who, "the degree", maxDegree);
  const out = new Float64Array(maxDegree + 1);
  const size = Math.abs(beta);
  if (size === 0) {
    out[0] = 1;
    return out;
  }
  const alpha = dimension / 2 - 1;
  out[0] = lowestCoefficient(alpha, size);
  const ratios = besselIRatioSequence(alpha, maxDegree, size);
  for (let k = 1; k <= maxDegree; k++) out[k] = out[k - 1]! * (beta < 0 ? -ratios[k - 1]! : ratios[k - 1]!);
  return out;
}
