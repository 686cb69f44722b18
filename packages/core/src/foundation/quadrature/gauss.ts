import { InputError } from "../errors/index.js";
import { logGamma } from "../special-functions/index.js";
import { requireCount, requireExponent } from "./check.js";
import { gaussRule, type QuadratureRule } from "./golub-welsch.js";

/** The largest number of nodes of a rule on the line. */
const largestRule = 2000;

/**
 * Gauss–Legendre: ∫_{−1}^{1} f(t)dt ≈ Σ w_i f(t_i), exact for degree ≤ 2n − 1; the weights sum to 2.
 * @param n number of nodes, an integer in [1, 2000] (1)
 * @throws out-of-range
 * @cost O(n²)
 * @accuracy nodes and weights 1e-15 absolute for n ≤ 500 (index.test.ts)
 * @source Golub and Welsch, Mathematics of Computation 23 (1969)
 */
export function gaussLegendre(n: number): QuadratureRule {
  requireCount("gaussLegendre", "the number of nodes", n, 1, largestRule);
  const b = Float64Array.from({ length: n + 1 }, (_, k) => k / Math.sqrt(4 * k * k - 1));
  return gaussRule({ a: new Float64Array(n), b }, 2, "even");
}

/**
 * Gauss–Hermite for the standard normal law: E f(Z) ≈ Σ w_i f(t_i), exact for degree ≤ 2n − 1; the weights sum to 1.
 * From n ≈ 360 on the outermost weights are below the smallest float64 and are 0.
 * @param n number of nodes, an integer in [1, 2000] (1)
 * @throws out-of-range
 * @cost O(n²)
 * @accuracy nodes 2e-15 relative to the largest; moments E Z^{2k} to 1e-13 relative for n ≤ 100 (index.test.ts)
 * @source Golub and Welsch, Mathematics of Computation 23 (1969)
 */
export function gaussHermite(n: number): QuadratureRule {
  requireCount("gaussHermite", "the number of nodes", n, 1, largestRule);
  const b = Float64Array.from({ length: n + 1 }, (_, k) => Math.sqrt(k));
  return gaussRule({ a: new Float64Array(n), b }, 1, "even");
}

/**
 * Gauss–Gegenbauer as a probability: Σ w_i f(t_i) ≈ ∫f(t)(1 − t²)^{α−½}dt / ∫(1 − t²)^{α−½}dt, exact for degree
 * ≤ 2n − 1; the weights sum to 1.
 * @param n number of nodes, an integer in [1, 2000] (1)
 * @param alpha α > −½ (1)
 * @throws out-of-range, not-finite
 * @cost O(n²)
 * @accuracy moments to 1e-13 (index.test.ts)
 * @source Golub and Welsch, Mathematics of Computation 23 (1969)
 */
export function gaussGegenbauer(n: number, alpha: number): QuadratureRule {
  requireCount("gaussGegenbauer", "the number of nodes", n, 1, largestRule);
  requireExponent("gaussGegenbauer", "alpha", alpha, -0.5);
  const square = (k: number): number =>
    k === 1 ? 1 / (2 * (1 + alpha)) : (k * (k + 2 * alpha - 1)) / (4 * (k + alpha) * (k + alpha - 1));
  const b = Float64Array.from({ length: n + 1 }, (_, k) => (k === 0 ? 0 : Math.sqrt(square(k))));
  return gaussRule({ a: new Float64Array(n), b }, 1, "even");
}

/**
 * Gauss–Jacobi: ∫_{−1}^{1} f(t)(1 − t)^α(1 + t)^β dt ≈ Σ w_i f(t_i), exact for degree ≤ 2n − 1; the weights sum to
 * 2^{α+β+1}Γ(α+1)Γ(β+1)/Γ(α+β+2).
 * @param n number of nodes, an integer in [1, 2000] (1)
 * @param alpha α > −1 (1)
 * @param beta β > −1 (1)
 * @throws out-of-range, not-finite
 * @cost O(n²)
 * @accuracy moments to 3e-13 relative for n ≤ 100, −0.9 ≤ α, β ≤ 10 (index.test.ts)
 * @source Golub and Welsch, Mathematics of Computation 23 (1969)
 */
export function gaussJacobi(n: number, alpha: number, beta: number): QuadratureRule {
  const who = "gaussJacobi";
  requireCount(who, "the number of nodes", n, 1, largestRule);
  requireExponent(who, "alpha", alpha, -1);
  requireExponent(who, "beta", beta, -1);
  const total = alpha + beta;
  const logMass = (total + 1) * Math.LN2 + logGamma(alpha + 1) + logGamma(beta + 1) - logGamma(total + 2);
  const mass = Math.exp(logMass);
  if (!(mass > 0 && Number.isFinite(mass))) {
    throw new InputError({
      code: "out-of-range",
      who,
      rule: "the mass of the weight (1 − t)^α(1 + t)^β must be a float64",
      got: `e^${logMass}`,
      fix: "Use smaller exponents; gaussGegenbauer returns a probability for any α",
    });
  }
  const a = Float64Array.from({ length: n }, (_, k) =>
    k === 0 ? (beta - alpha) / (total + 2) : ((beta - alpha) * total) / ((2 * k + total) * (2 * k + total + 2)),
  );
  const square = (k: number): number =>
    k === 1
      ? (4 * (1 + alpha) * (1 + beta)) / ((2 + total) ** 2 * (3 + total))
      : (4 * k * (k + alpha) * (k + beta) * (k + total)) /
        ((2 * k + total) ** 2 * (2 * k + total + 1) * (2 * k + total - 1));
  const b = Float64Array.from({ length: n + 1 }, (_, k) => (k === 0 ? 0 : Math.sqrt(square(k))));
  return gaussRule({ a, b }, mass, "none");
}
