import { z } from "zod";
import { atPath, InputError } from "../../foundation/errors/index.js";
import { bindScalar, bindSchedule, scalarParameter } from "../../foundation/parameters/index.js";
import type { NoisePlugin, NoiseTraits } from "../contract.js";

const traits: NoiseTraits = { tokens: "independent" };

interface IndependentParameters {
  readonly sigma: unknown;
}

function requireStrength(sigma: number): number {
  if (sigma >= 0 && Number.isFinite(sigma)) return sigma;
  throw new InputError({
    code: "out-of-range",
    who: "independent.sigma",
    rule: "the strength of noise must be a number of at least 0",
    got: String(sigma),
  });
}

/**
 * dx_i = drift dt + σP_{x_i} ∘ dW_i, the W_i independent: the idiosyncratic noise √(2/κ)dW of inverse temperature
 * κ = 2/σ².
 *
 * @accuracy without a drift E⟨x_0, x_t⟩ = e^{−(d−1)σ²t/2} on the sphere, on every level that carries it (test/noise.test.ts)
 * @source theory.md §3
 */
export const independent: NoisePlugin<IndependentParameters> = {
  name: "independent",
  doc: "A Brownian motion of its own for every token, of strength σ = √(2/κ).",
  source: "theory.md §3",
  traits,
  params: z.strictObject({
    sigma: scalarParameter({
      symbol: "σ",
      unit: "depth^-1/2",
      doc: "strength of the noise, √(2/κ)",
      slider: [0, 2, 0.05],
    }),
  }),
  bind({ sigma }, context) {
    const strength = atPath(["sigma"], () =>
      bindSchedule(sigma, context, "independent.sigma", (one) =>
        requireStrength(bindScalar(one, context, "independent.sigma")),
      ),
    );
    return { name: "independent", traits, breakpoints: strength.breakpoints, sigma: (t) => strength.at(t) };
  },
};
