import { z } from "zod";
import { zonalSequence } from "../../foundation/special-functions/index.js";
import type { ObservablePlugin } from "../contract.js";
import { cloudAt } from "../shared/law-of.js";
import { directionsOf } from "../shared/overlaps.js";

interface HarmonicParameters {
  readonly degree: number;
}

const doc =
  "Power of the law in the harmonics of degree k = 1 … degree: ∬R_k(⟨x,y⟩)dμdμ over directions, R_k(1) = 1, 0 for the " +
  "uniform law and 1 for a single direction; on the circle |∫e^{ikθ}dμ|².";

/** |∫e^{ikθ}dμ|², k = 1 … K. */
function circlePower(unit: Float64Array, weights: Float64Array, out: Float64Array): void {
  const re = new Float64Array(out.length);
  const im = new Float64Array(out.length);
  for (let j = 0; j < weights.length; j++) {
    const [c, s] = [unit[2 * j]!, unit[2 * j + 1]!];
    let [a, b] = [weights[j]! * c, weights[j]! * s];
    for (let k = 0; k < out.length; k++) {
      re[k]! += a;
      im[k]! += b;
      const next = a * c - b * s;
      b = a * s + b * c;
      a = next;
    }
  }
  for (let k = 0; k < out.length; k++) out[k] = re[k]! ** 2 + im[k]! ** 2;
}

/** R_0 … R_K at t: the powers of a sign in d = 1. */
function zonal(degree: number, d: number, t: number, out: Float64Array): void {
  if (d > 1) zonalSequence(degree, d / 2 - 1, Math.min(1, Math.max(-1, t)), out);
  else for (let k = 0; k <= degree; k++) out[k] = t ** k;
}

/** Σ_ij w_i w_j R_k(⟨x_i, x_j⟩), k = 1 … K. */
function pairPower(unit: Float64Array, weights: Float64Array, d: number, out: Float64Array): void {
  const m = weights.length;
  const values = new Float64Array(out.length + 1);
  out.fill(0);
  for (let i = 0; i < m; i++) {
    for (let j = i; j < m; j++) {
      let inner = 0;
      for (let a = 0; a < d; a++) inner += unit[i * d + a]! * unit[j * d + a]!;
      zonal(out.length, d, inner, values);
      const mass = (i === j ? 1 : 2) * weights[i]! * weights[j]!;
      for (let k = 0; k < out.length; k++) out[k]! += mass * values[k + 1]!;
    }
  }
}

/**
 * P_k = ∬R_k(⟨x,y⟩)dμdμ for degrees 1 … K. Near the uniform law it grows at twice the rate r_k of Funk and Hecke.
 * @throws SolveError not-finite (a token of length 0)
 * @cost 6·m·K on the circle, else m²/2·(d + 4K)
 * @accuracy rounding of sums (harmonic-power/index.test.ts); growth at 2r_k: dynamics/mean-field
 * @source theory.md §3 (linear stability of the uniform law)
 */
export const harmonicPower: ObservablePlugin<HarmonicParameters> = {
  name: "harmonic-power",
  doc,
  source: "theory.md §3 (arXiv 2601.21366)",
  unit: "1",
  of: ["point-cloud"],
  params: z.strictObject({
    degree: z.number().int().min(1).default(8).meta({ symbol: "K", unit: "1", doc: "largest degree" }),
  }),
  bind: ({ degree }) => ({
    shape: [degree],
    unit: "1",
    doc,
    measure(_t, law, out) {
      const cloud = cloudAt(law, "harmonic-power");
      const unit = directionsOf(cloud, "harmonic-power");
      if (cloud.d === 2) circlePower(unit, cloud.weights, out);
      else pairPower(unit, cloud.weights, cloud.d, out);
    },
  }),
};
