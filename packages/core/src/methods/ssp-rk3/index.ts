import { z } from "zod";
import type { Method, MethodPlugin } from "../../solve/method.js";
import { hermiteMethod, stagesOf, type Tableau, weightedErrorNorm } from "../shared/explicit-runge-kutta.js";

/** Shu and Osher's method in Butcher form; every stage is a convex combination of Euler steps of length dt. */
const tableau: Tableau = {
  c: [0, 1, 0.5],
  a: [[], [1], [0.25, 0.25]],
  b: [1 / 6, 1 / 6, 2 / 3],
  firstSameAsLast: false,
};

/** Weights minus those of the embedded second-order solution ½(k₁ + k₂). */
const errorWeights = [1 / 6 - 1 / 2, 1 / 6 - 1 / 2, 2 / 3];

function bind(): Method {
  return {
    ...hermiteMethod("ssp-rk3", 3, tableau),
    errorNorm: (y, out, rtol, atol, scratch) => weightedErrorNorm(errorWeights, stagesOf(scratch), y, out, rtol, atol),
  };
}

/**
 * The strong-stability-preserving method of order 3: what Euler steps of length dt keep (positivity, a maximum) it keeps.
 *
 * @cost three evaluations a step
 * @accuracy order 3 (methods/contract.test.ts)
 * @source Shu and Osher, Journal of Computational Physics 77 (1988) 439–471
 */
export const sspRk3: MethodPlugin<Record<string, never>> = {
  name: "ssp-rk3",
  doc: "Shu–Osher Runge–Kutta 3(2), strong-stability-preserving: keeps positivity where Euler steps do.",
  source: "Shu and Osher, Journal of Computational Physics 77 (1988) 439–471",
  params: z.strictObject({}),
  traits: { componentwise: true },
  bind,
};
