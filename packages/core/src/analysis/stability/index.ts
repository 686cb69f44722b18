import { anisotropy, isotropicHeads } from "../../model/index.js";
import type { AnalysisPlugin, Json } from "../contract.js";
import { growthRates } from "../shared/growth-rates.js";

/** Beyond this part of the greatest rate a degree is not listed. */
const negligible = 1e-9;

/** Rates decay faster than exponentially beyond a few √b. */
const highestDegree = (scales: readonly number[]) => 30 + Math.ceil(8 * Math.sqrt(Math.max(0, ...scales)));

function verdictOf(rates: readonly number[]): string {
  if (rates.some((rate) => rate > 0)) return "unstable";
  return rates.every((rate) => rate === 0) ? "neutral" : "stable";
}

/** The mode that noise stills last: degree k loses stability at κ_c(k) = k(k + d − 2)/r_k, σ_c = √(2/κ_c). */
function criticalNoise(drift: readonly number[], d: number): Json | undefined {
  let least: { degree: number; kappa: number } | undefined;
  drift.forEach((rate, i) => {
    const kappa = ((i + 1) * (i + d - 1)) / rate;
    if (rate > 0 && !(least !== undefined && least.kappa <= kappa)) least = { degree: i + 1, kappa };
  });
  return least && { ...least, sigma: Math.sqrt(2 / least.kappa) };
}

/**
 * Whether the uniform law on the sphere is stable, degree by degree: r_k − ½σ²k(k + d − 2) for a harmonic of degree k, r_k
 * the rate of attention and σ the independent noise of the model, −k(k + d − 2) the eigenvalue of the Laplacian. With
 * κ = 2/σ² degree k loses stability at κ_c(k) = k(k + d − 2)/r_k, whatever noise the model has.
 *
 * @accuracy κ_c against the measured growth of the first mode, law and particles (test/noise.test.ts)
 * @source theory.md §3
 */
export const stability: AnalysisPlugin = {
  name: "stability",
  doc: "Linear stability of the uniform law on the sphere, with noise: growth rate of every degree, critical noise.",
  source: "theory.md §3",
  noise: ["independent"],
  obstacle: ({ model }) => (model.d === 1 ? "S⁰ is two points: nothing moves there" : anisotropy(model)),
  analyze({ model, span }) {
    const { d, noise } = model;
    const [t] = span;
    const heads = isotropicHeads(model, t);
    const degree = highestDegree(heads.map((head) => Math.abs(head.exponent?.rate ?? 0)));
    const drift = [...growthRates(heads, d, degree)].slice(1);
    const sigma = noise.sigma(t);
    const still = noise.traits.tokens === "none";
    const certificate = {
      method: "the Funk–Hecke formula",
      hypotheses: "the sphere, no mask, KᵀQ and V multiples of the identity in every head, no other feed-forward",
      formula: `r_k = v k(k+d−2) c_k/b for weights e^{b⟨x,y⟩}, over c_0 where normalised${still ? "" : "; minus ½σ²k(k+d−2)"}`,
      degreesComputed: degree,
    };
    const greatest = Math.max(...drift.map(Math.abs));
    if (!Number.isFinite(greatest)) {
      return { verdict: "rates beyond float64", of: "the uniform law", at: t, certificate };
    }
    const rates = drift.map((rate, i) => rate - 0.5 * sigma * sigma * (i + 1) * (i + d - 1));
    const last = drift.findLastIndex((rate) => Math.abs(rate) > negligible * greatest);
    const listed = rates
      .slice(0, last + 1)
      .map((rate, i) => ({ degree: i + 1, rate, ...(!still && { withoutNoise: drift[i]! }) }));
    const fastest = listed.reduce((best, one) => (one.rate > best.rate ? one : best), { degree: 1, rate: rates[0]! });
    const critical = criticalNoise(drift.slice(0, last + 1), d);
    return {
      verdict: verdictOf(rates),
      of: "the uniform law",
      at: t,
      fastest: { degree: fastest.degree, rate: fastest.rate },
      modes: listed,
      ...(!still && { noise: { sigma, ...(sigma > 0 && { kappa: 2 / (sigma * sigma) }) } }),
      ...(critical === undefined ? {} : { criticalNoise: critical }),
      certificate,
    };
  },
};
