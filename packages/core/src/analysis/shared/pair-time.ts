import { gaussLegendre } from "../../foundation/quadrature/index.js";

/** Two clusters on a great circle under softmax attention with Q = K = V = I. */
export interface Pair {
  readonly beta: number;
  /** Masses, positive, in any common unit. */
  readonly masses: readonly [number, number];
}

/**
 * −dθ/dt of two clusters of masses a and b at an angle θ:
 * sin θ·(b/(a e^{β(1−cos θ)} + b) + a/(b e^{β(1−cos θ)} + a)).
 */
function closing({ beta, masses: [a, b] }: Pair, angle: number): number {
  const weight = Math.exp(beta * 2 * Math.sin(angle / 2) ** 2);
  return Math.sin(angle) * (b / (a * weight + b) + a / (b * weight + a));
}

/**
 * The time in which two clusters close from one angle to a smaller one, ∫dθ/|θ̇|: about e^{β(1−cos θ)}/β. Panels are halved
 * until 8 and 16 nodes agree.
 * @param from, to in rad, π > from ≥ to > 0
 * @returns depth; Infinity beyond float64
 * @cost a few hundred evaluations
 * @accuracy 1e-10 relative; two particles (analysis/metastability/index.test.ts)
 * @source theory.md §3; derived
 */
export function pairTime(pair: Pair, from: number, to: number): number {
  const [coarse, fine] = [gaussLegendre(8), gaussLegendre(16)];
  const over = ({ nodes, weights }: typeof fine, a: number, b: number): number => {
    let sum = 0;
    for (let k = 0; k < nodes.length; k++) {
      const angle = a + ((b - a) * (nodes[k]! + 1)) / 2;
      sum += (weights[k]! * (b - a)) / 2 / closing(pair, angle);
    }
    return sum;
  };
  const integral = (a: number, b: number, depth: number): number => {
    const best = over(fine, a, b);
    // The integrand is positive: what overflows in one panel does so in all.
    if (best === Number.POSITIVE_INFINITY) return best;
    if (depth === 0 || Math.abs(best - over(coarse, a, b)) <= 1e-11 * best) return best;
    const middle = (a + b) / 2;
    return integral(a, middle, depth - 1) + integral(middle, b, depth - 1);
  };
  return integral(to, from, 40);
}
