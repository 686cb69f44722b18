import { anisotropy, isotropicHeads, type Model } from "../../model/index.js";
import type { AnalysisPlugin } from "../contract.js";
import { causalDecay } from "../shared/causal-mask.js";
import { growthRates } from "../shared/growth-rates.js";
import { unmasked } from "../shared/plain-softmax.js";
import { criticalDepth, type MiddleModes, profileAt } from "./profile.js";

/** M of the profile: modes beyond it hardly count. */
const resolution = 8;

/** ω_30 = e^{−69}. */
const modes = 30;

const positions = 200;

/** Positions of the profile in an answer. */
const listed = 50;

/** Rates a_n, or undefined where one of them is not positive. */
function ratesOf(model: Model, t: number): readonly number[] | undefined {
  const rates = [...growthRates(isotropicHeads(unmasked(model), t), 2, modes)].slice(1);
  return rates.every((rate) => rate > 0) ? rates : undefined;
}

/** The interior minimum of the profile by three-fold search between samples, undefined where it falls to the end. */
function minimumOf(of: MiddleModes, t: number): { position: number; value: number } | undefined {
  const values = Array.from({ length: positions }, (_, k) => profileAt(of, t, (k + 1) / positions));
  const least = values.indexOf(Math.min(...values));
  if (least === 0 || least === positions - 1) return undefined;
  let [low, high] = [least / positions, (least + 2) / positions];
  while (high - low > 1e-9) {
    const [a, b] = [low + (high - low) / 3, high - (high - low) / 3];
    if (profileAt(of, t, a) < profileAt(of, t, b)) high = b;
    else low = a;
  }
  const position = (low + high) / 2;
  return { position, value: profileAt(of, t, position) };
}

/**
 * Lost in the middle: the influence S_t(σ_0) of the context position σ_0 on the last token, t the length of the span, to
 * first order around the uniform law on the circle under a causal mask with ALiBi decay λ. The first positions count most
 * (primacy), the last more than the middle (recency) while t < t_crit.
 *
 * @cost 30 modes × 300 Bessel functions
 * @accuracy t_crit by differences of the profile and of the table of theory.md §3 (analysis/lost-in-the-middle/index.test.ts)
 * @source theory.md §3
 */
export const lostInTheMiddle: AnalysisPlugin = {
  name: "lost-in-the-middle",
  doc: "Influence of each context position on the last token under a causal mask on the circle: primacy and recency.",
  source: "theory.md §3",
  obstacle({ model, span }) {
    if (model.d !== 2) return "it is a statement about the circle: d = 2";
    if (causalDecay(model.mask) === undefined) return `the mask ${model.mask.name} is not causal with a decay`;
    const other = anisotropy(unmasked(model));
    if (other !== undefined) return other;
    if (model.breakpoints.length > 0) return "its rates do not change with depth";
    if (isotropicHeads(unmasked(model), span[0]).some((head) => head.normalisation !== "partition")) {
      return "its weights are normalised over the visible tokens";
    }
    if (model.sign !== "attract" || ratesOf(model, span[0]) === undefined)
      return "every mode must grow: V = vI with v > 0";
    return undefined;
  },
  analyze({ model, span }) {
    const decay = causalDecay(model.mask)!;
    const rates = ratesOf(model, span[0])!;
    const of: MiddleModes = { decay, rates, resolution };
    const t = span[1] - span[0];
    const critical = criticalDepth(of);
    const minimum = minimumOf(of, t);
    const fastest = t * Math.max(...rates);
    return {
      verdict: t < critical ? "u-shaped" : "primacy",
      of: "the uniform law on the circle",
      depth: t,
      criticalDepth: critical,
      ...(minimum && { minimum }),
      profile: Array.from({ length: listed }, (_, k) => (k + 1) / listed).map((position) => ({
        position,
        influence: profileAt(of, t, position),
      })),
      certificate: {
        method: "modes of the linearised masked equation",
        decay,
        resolution,
        rates: rates.slice(0, 10),
        oneMinimum: {
          hypothesis: "t·sup a_n ≤ 3 − √3 and < 2(1 − e^{−λ})",
          value: fastest,
          bound: Math.min(3 - Math.sqrt(3), -2 * Math.expm1(-decay)),
          holds: fastest <= 3 - Math.sqrt(3) && fastest < -2 * Math.expm1(-decay),
        },
      },
    };
  },
};
