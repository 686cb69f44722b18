import { gaussLegendre, type QuadratureRule } from "../../foundation/quadrature/index.js";
import { anisotropy, type IsotropicHead, isotropicHeads } from "../../model/index.js";
import type { AnalysisPlugin } from "../contract.js";

/** The overlap at which tokens count as one cluster: the threshold of the observable overlap-fraction. */
const aligned = 0.999;

/** Panels of the coarse rule, and nodes in each; the fine rule has twice the panels. */
const [panels, nodes] = [64, 16];

/** Σ_h v w(ρ)/Z with Z = w(1) + (n − 1)w(ρ), or n for weights that are not normalised. */
function pull(heads: readonly IsotropicHead[], n: number, rho: number): number {
  let sum = 0;
  for (const { value, normalisation, weight, exponent } of heads) {
    if (normalisation === "mass") sum += (value * weight(rho)) / n;
    // The quotient of the weights, which does not overflow where they would.
    else if (exponent) sum += value / (Math.exp(exponent.rate * (1 - rho)) + n - 1);
    else sum += (value * weight(rho)) / (weight(1) + (n - 1) * weight(rho));
  }
  return sum;
}

/** ∫_0^end f by composite Gauss–Legendre. */
function composite(f: (u: number) => number, end: number, count: number, rule: QuadratureRule): number {
  const half = end / count / 2;
  let sum = 0;
  for (let k = 0; k < count; k++) {
    for (let i = 0; i < rule.nodes.length; i++) sum += half * rule.weights[i]! * f((2 * k + 1 + rule.nodes[i]!) * half);
  }
  return sum;
}

/**
 * The depth at which n orthogonal tokens, all at one overlap, come to overlap .999. From
 * ρ̇ = 2g(ρ)(1 − ρ)((n − 1)ρ + 1), g = Σ_h v w(ρ)/Z, with u = log(((n − 1)ρ + 1)/(1 − ρ)):
 * t = ∫du/(2n g(ρ)), ρ = (e^u − 1)/(e^u + n − 1), a smooth integrand on [0, log(1000·(1 + .999(n − 1)))].
 *
 * @cost 3·64·16 evaluations of the weights
 * @accuracy 1e-12 relative for |β| ≤ 100 and n ≤ 10⁴ (alignment/index.test.ts); `tError` is twice the difference of two rules
 * @source theory.md §3; the substitution: derived, docs/theory.md §3
 */
export const alignment: AnalysisPlugin = {
  name: "alignment",
  doc: "Depth at which n orthogonal tokens on the sphere come to the common overlap .999 (equiangular reduction).",
  source: "theory.md §3",
  obstacle({ model, initial }) {
    if (initial.n === undefined || initial.n < 2) return `the law ${initial.name} does not have two tokens or more`;
    if (!model.normalization.identity) return `the normalisation ${model.normalization.name} changes the speeds`;
    if (model.breakpoints.length > 0) return "with weights that change with depth the time is no integral";
    return anisotropy(model);
  },
  analyze({ model, initial, span }) {
    const n = initial.n!;
    const heads = isotropicHeads(model, span[0]);
    const overlapAt = (u: number): number => {
      const grown = Math.expm1(u);
      return grown / (grown + n);
    };
    const end = Math.log((1 + aligned * (n - 1)) / (1 - aligned));
    let least = Number.POSITIVE_INFINITY;
    const slowness = (u: number): number => {
      const speed = 2 * n * pull(heads, n, overlapAt(u));
      least = Math.min(least, speed);
      return 1 / speed;
    };
    // Orthogonal tokens may be at rest, as under linear attention; no node of the rule stands there.
    slowness(0);
    const rule = gaussLegendre(nodes);
    const fine = composite(slowness, end, 2 * panels, rule);
    const coarse = composite(slowness, end, panels, rule);
    const certificate = {
      method: "quadrature of the equiangular reduction",
      hypotheses:
        "n tokens with one common overlap, 0 at the start, which needs d ≥ n; random tokens are near it for large d",
      formula: "t = ∫du/(2n g(ρ)), u = log(((n−1)ρ+1)/(1−ρ)), g = Σ_h v w(ρ)/Z",
      quadratureNodes: 2 * panels * nodes,
    };
    if (!(least > 0 && Number.isFinite(fine))) {
      // An exponential that attracts never stops: what it lacks is range.
      const slow = least >= 0 && heads.some(({ value, exponent }) => exponent !== undefined && value > 0);
      return { verdict: slow ? "slower than float64 holds" : "does not align", n, overlap: aligned, certificate };
    }
    const tError = 2 * Math.abs(fine - coarse) + 32 * Number.EPSILON * fine;
    return { verdict: "aligns", n, overlap: aligned, t: fine, tError, certificate };
  },
};
