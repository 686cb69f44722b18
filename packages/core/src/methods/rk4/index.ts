import { z } from "zod";
import type { MethodPlugin } from "../../solve/method.js";
import { hermiteMethod } from "../shared/explicit-runge-kutta.js";

/** The classical four-stage method of order 4; every stage evaluates the drift anew. */
export const rk4: MethodPlugin<Record<string, never>> = {
  name: "rk4",
  doc: "Classical Runge–Kutta, order 4, fixed steps; cubic Hermite dense output.",
  source: "classical",
  traits: { componentwise: true },
  params: z.strictObject({}),
  bind: () =>
    hermiteMethod("rk4", 4, {
      c: [0, 0.5, 0.5, 1],
      a: [[], [0.5], [0, 0.5], [0, 0, 1]],
      b: [1 / 6, 1 / 3, 1 / 3, 1 / 6],
      firstSameAsLast: false,
    }),
};
