import { z } from "zod";
import { atPath, InputError } from "../../foundation/errors/index.js";
import { bindScalar, bindSchedule, scalarParameter } from "../../foundation/parameters/index.js";
import type { NormalizationPlugin } from "../contract.js";

interface NgptParameters {
  readonly alpha?: unknown;
}

function requirePositive(alpha: number): number {
  if (alpha > 0) return alpha;
  throw new InputError({
    code: "out-of-range",
    who: "ngpt.alpha",
    rule: "the step must be positive",
    got: String(alpha),
  });
}

/** s = |A|/α_t, ṙ = 0: x⁺ = r·N(θ + τα_t A/|A|). @source theory.md §3 */
export const ngpt: NormalizationPlugin<NgptParameters> = {
  name: "ngpt",
  doc: "nGPT: token and branch are normalised, and so is their sum; α is the step of the direction.",
  source: "theory.md §3",
  params: z.strictObject({
    alpha: scalarParameter({ symbol: "α", unit: "1", doc: "step of the direction", slider: [0, 2, 0.05] }, 1),
  }),
  bind({ alpha = 1 }, context) {
    const step = atPath(["alpha"], () =>
      bindSchedule(alpha, context, "ngpt.alpha", (one) => requirePositive(bindScalar(one, context, "ngpt.alpha"))),
    );
    return {
      name: "ngpt",
      identity: false,
      keepsLength: () => true,
      gain: (t, r, size) => (r * step.at(t)) / size,
      breakpoints: step.breakpoints,
    };
  },
};
