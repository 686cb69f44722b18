import { anisotropy, isotropicHeads } from "../../model/index.js";
import type { AnalysisPlugin } from "../contract.js";
import { growthRates } from "../shared/growth-rates.js";

/** Beyond this part of the greatest rate a degree is not listed. */
const negligible = 1e-9;

/** Rates decay faster than exponentially beyond a few √b. */
const highestDegree = (scales: readonly number[]) => 30 + Math.ceil(8 * Math.sqrt(Math.max(0, ...scales)));

function verdictOf(rates: readonly number[]): string {
  if (rates.some((rate) => rate > 0)) return "unstable";
  return rates.every((rate) => rate === 0) ? "neutral" : "stable";
}

/**
 * Whether the uniform law on the sphere is stable, degree by degree: r_k for a harmonic of degree k. With independent
 * noise √(2/κ)dW on every token the rate is r_k − k(k + d − 2)/κ, so degree k loses stability at κ_c(k) = k(k + d − 2)/r_k.
 *
 * @source theory.md §3
 */
export const stability: AnalysisPlugin = {
  name: "stability",
  doc: "Linear stability of the uniform law on the sphere: growth rate of every degree, critical noise.",
  source: "theory.md §3",
  obstacle: ({ model }) => anisotropy(model),
  analyze({ model, span }) {
    const { d } = model;
    const [t] = span;
    const heads = isotropicHeads(model, t);
    const degree = highestDegree(heads.map((head) => Math.abs(head.exponent?.rate ?? 0)));
    const rates = [...growthRates(heads, d, degree)].slice(1);
    const certificate = {
      method: "the Funk–Hecke formula",
      hypotheses: "the sphere, no mask, KᵀQ and V multiples of the identity in every head, no other feed-forward",
      formula: "r_k = v k(k+d−2) c_k/b for weights e^{b⟨x,y⟩}, over c_0 where normalised",
      degreesComputed: degree,
    };
    const greatest = Math.max(...rates.map(Math.abs));
    if (!Number.isFinite(greatest)) {
      return { verdict: "rates beyond float64", of: "the uniform law", at: t, certificate };
    }
    const last = rates.findLastIndex((rate) => Math.abs(rate) > negligible * greatest);
    const listed = rates.slice(0, last + 1).map((rate, k) => ({ degree: k + 1, rate }));
    const fastest = listed.reduce((best, one) => (one.rate > best.rate ? one : best), { degree: 1, rate: rates[0]! });
    const critical = listed
      .filter(({ rate }) => rate > 0)
      .map(({ degree: k, rate }) => ({ degree: k, kappa: (k * (k + d - 2)) / rate }))
      .reduce<{ degree: number; kappa: number } | undefined>(
        (least, one) => (least === undefined || one.kappa < least.kappa ? one : least),
        undefined,
      );
    return {
      verdict: verdictOf(rates),
      of: "the uniform law",
      at: t,
      fastest,
      modes: listed,
      ...(critical === undefined ? {} : { criticalNoise: critical }),
      certificate,
    };
  },
};
