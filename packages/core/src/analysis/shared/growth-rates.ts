import { zonalRule } from "../../foundation/quadrature/index.js";
import { funkHeckeExponential, zonalSequence } from "../../foundation/special-functions/index.js";
import type { IsotropicHead } from "../../model/index.js";

/** c_k/b of e^{b⟨x,y⟩}, k = 0 … degree, up to the factor e^{|b|}; its limit at b = 0. */
function exponentialRates(d: number, b: number, degree: number): { lowest: number; rates: Float64Array } {
  const coefficients = funkHeckeExponential(d, b, degree);
  const rates = coefficients.map((c, k) => (k * (k + d - 2) * c) / b);
  if (b === 0) {
    rates.fill(0);
    // c_1 = b/d + O(b³), c_k = O(b^k).
    if (degree >= 1) rates[1] = (d - 1) / d;
  }
  return { lowest: coefficients[0]!, rates };
}

/**
 * ∫ w(s)(1 − s²)R_k'(s) dν(s) and ∫ w dν by quadrature, ν the law of one coordinate of the uniform law on S^{d−1}:
 * the rates of any weight, since ∇_x W(⟨x,y⟩) = w P_x y with W' = w and R_k is an eigenfunction of the Laplacian.
 */
export function quadratureRates(
  d: number,
  weight: (s: number) => number,
  degree: number,
  nodes = 600,
): { lowest: number; rates: Float64Array } {
  const rule = zonalRule(nodes, d);
  const rates = new Float64Array(degree + 1);
  const above = new Float64Array(degree);
  let lowest = 0;
  for (const [q, s] of rule.nodes.entries()) {
    const w = rule.weights[q]! * weight(s);
    lowest += w;
    // R_k' of S^{d−1} is k(k + d − 2)/(d − 1) times R_{k−1} of S^{d+1}.
    zonalSequence(degree - 1, d / 2, s, above);
    for (let k = 1; k <= degree; k++) rates[k]! += w * (1 - s * s) * ((k * (k + d - 2)) / (d - 1)) * above[k - 1]!;
  }
  return { lowest, rates };
}

/**
 * r_k, k = 0 … degree: how fast a perturbation of the uniform law on S^{d−1} by a harmonic of degree k grows under the
 * heads. For e^{b⟨x,y⟩}: r_k = v·k(k + d − 2)c_k/b, over c_0 where weights are normalised.
 *
 * @cost O(degree) per exponential head; 600·degree for another weight
 * @accuracy 1e-12 of the greatest rate (analysis/stability/index.test.ts: closed forms against quadrature)
 * @source theory.md §3; general weights: derived
 */
export function growthRates(heads: readonly IsotropicHead[], d: number, degree: number): Float64Array {
  const sum = new Float64Array(degree + 1);
  for (const { value, normalisation, weight, exponent } of heads) {
    const { lowest, rates } =
      exponent === undefined ? quadratureRates(d, weight, degree) : exponentialRates(d, exponent.rate, degree);
    const unit = exponent === undefined ? 1 : Math.exp(Math.abs(exponent.rate) + exponent.offset);
    const scale = normalisation === "partition" ? value / lowest : value * unit;
    for (let k = 1; k <= degree; k++) sum[k]! += scale * rates[k]!;
  }
  return sum;
}
