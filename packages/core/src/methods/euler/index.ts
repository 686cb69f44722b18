import { z } from "zod";
import type { Method, MethodPlugin } from "../../solve/method.js";
import {
  acceptStep,
  createStages,
  explicitStep,
  stagesMemory,
  stagesOf,
  type Tableau,
} from "../shared/explicit-runge-kutta.js";

const tableau: Tableau = { c: [0], a: [[]], b: [1], firstSameAsLast: false };

/** Explicit Euler; between steps the straight line, which is all a network knows between two layers. */
function bind(): Method {
  return {
    name: "euler",
    order: 1,
    denseOrder: 1,
    traits: { componentwise: true },
    init: (problem) => createStages(problem, 1),
    step: (problem, t, dt, y, out, scratch) => ({
      evaluations: explicitStep(tableau, problem, t, dt, y, out, stagesOf(scratch)),
    }),
    interpolate(theta, out, scratch) {
      const { start, end } = stagesOf(scratch);
      for (let i = 0; i < out.length; i++) out[i] = start[i]! + theta * (end[i]! - start[i]!);
      return { evaluations: 0 };
    },
    accept: (scratch) => acceptStep(stagesOf(scratch)),
    memory: stagesMemory,
  };
}

/** y⁺ = y + dt f(t, y). */
export const euler: MethodPlugin<Record<string, never>> = {
  name: "euler",
  doc: "Explicit Euler, order 1. With a retraction it is a layer of a network.",
  source: "classical",
  traits: { componentwise: true },
  params: z.strictObject({}),
  bind,
};
