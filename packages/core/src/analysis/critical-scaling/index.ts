import type { PointCloud } from "../../laws/contract.js";
import type { AnalysisPlugin } from "../contract.js";
import { plainSoftmax } from "../shared/plain-softmax.js";

/** γ within this part of γ_c counts as at it: n^{(1−ρ)(γ_c − γ)} is then within 1.3 of 1 for n up to 10¹². */
const near = 0.01;

/** Mean, least and greatest overlap of two tokens. */
function overlapsOf({ m, d, points }: PointCloud): { mean: number; least: number; greatest: number } {
  let [sum, least, greatest] = [0, 1, -1];
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < i; j++) {
      let inner = 0;
      for (let a = 0; a < d; a++) inner += points[i * d + a]! * points[j * d + a]!;
      sum += inner;
      least = Math.min(least, inner);
      greatest = Math.max(greatest, inner);
    }
  }
  return { mean: sum / ((m * (m - 1)) / 2), least, greatest };
}

/**
 * The overlap after x ← N(Γ(x)), one layer of softmax without a residual, on n tokens with all overlaps ρ: with
 * q = e^{−β(1−ρ)} and a row's weights 1 and q before they are divided by 1 + (n − 1)q,
 * (ρ + 2q(1 + (n − 2)ρ) + q²((n − 2)(1 + (n − 1)ρ) + ρ)) / (1 + 2q(n − 1)ρ + q²(n − 1)(1 + (n − 2)ρ)).
 * @accuracy layers to 1e-13 (analysis/critical-scaling/index.test.ts)
 * @source derived
 */
export function nextOverlap(n: number, overlap: number, beta: number): number {
  const q = Math.exp(-beta * (1 - overlap));
  const rho = overlap;
  const length = 1 + 2 * q * (n - 1) * rho + q * q * (n - 1) * (1 + (n - 2) * rho);
  // ⟨m_i, m_j⟩: 1·1 pair (i, j), 2(1·q) pairs of i with all but i, q² pairs of all but i with all but j.
  const crossed = rho + 2 * q * (1 + (n - 2) * rho) + q * q * (n - 2 + ((n - 1) ** 2 - (n - 2)) * rho);
  return crossed / length;
}

function limitAt(gamma: number, critical: number, rho: number): { verdict: string; limit: number } {
  if (Math.abs(gamma / critical - 1) <= near) return { verdict: "critical", limit: (4 * rho) / (1 + 3 * rho) };
  return gamma < critical ? { verdict: "below", limit: 1 } : { verdict: "above", limit: rho };
}

/**
 * Critical scaling β = γ log n of softmax on a near-simplex of overlap ρ: one layer without a residual takes the overlap to
 * 1 below γ_c = 1/(1 − ρ), to 4ρ/(1 + 3ρ) at it and leaves it above, as n → ∞; at this n the closed form stands beside it.
 *
 * @cost n²/2 overlaps
 * @accuracy layers, and the three limits (analysis/critical-scaling/index.test.ts)
 * @source theory.md §3; finite n: derived
 */
export const criticalScaling: AnalysisPlugin = {
  name: "critical-scaling",
  doc: "β against log n on tokens with nearly one overlap: whether a layer collapses them, γ_c = 1/(1 − ρ).",
  source: "theory.md §3",
  tokens: true,
  obstacle({ model, initial, span }) {
    const beta = plainSoftmax(model, span[0]);
    if (typeof beta === "string") return beta;
    if (!model.mask.dense) return `under the mask ${model.mask.name} rows differ`;
    if (initial.n === undefined || initial.n < 3) return "it needs three tokens or more";
    const { mean, least, greatest } = overlapsOf(initial.cloud());
    if (!(mean > 0 && mean < 1)) return `the mean overlap must be in (0, 1), here ${mean}`;
    return (greatest - least) * Math.abs(beta) <= 1
      ? undefined
      : `tokens are no near-simplex: overlaps from ${least} to ${greatest} differ by more than 1/β`;
  },
  analyze({ model, initial, span }) {
    const beta = plainSoftmax(model, span[0]) as number;
    const n = initial.n!;
    const { mean: overlap, least, greatest } = overlapsOf(initial.cloud());
    const [gamma, critical] = [beta / Math.log(n), 1 / (1 - overlap)];
    return {
      ...limitAt(gamma, critical, overlap),
      gamma,
      critical,
      overlap,
      next: nextOverlap(n, overlap, beta),
      certificate: {
        method: "one layer without a residual, x ← N(Γ(x)), on equal overlaps",
        hypotheses: "softmax with V = I on the sphere, all overlaps within 1/β of each other",
        spread: greatest - least,
      },
    };
  },
};
