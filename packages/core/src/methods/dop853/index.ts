import { z } from "zod";
import type { Method, MethodPlugin } from "../../solve/method.js";
import {
  acceptStep,
  createStages,
  explicitStep,
  knowEndDrift,
  type StageScratch,
  stagesMemory,
  stagesOf,
  type Tableau,
  weightedSum,
} from "../shared/explicit-runge-kutta.js";
import * as coefficients from "./coefficients.js";

const tableau: Tableau = {
  c: coefficients.nodes,
  a: coefficients.rows,
  b: coefficients.weights,
  firstSameAsLast: false,
};

/** Stage 13 is the drift at the end; stages 14 to 16 serve the dense output alone. */
const stageCount = 16;

function errorNorm(s: StageScratch, y: Float64Array, out: Float64Array, rtol: number, atol: number): number {
  const { fifthOrderError, thirdOrderError } = coefficients;
  // Between steps the argument of the last stage is free.
  const { argument: error5, spare: error3 } = s;
  weightedSum(fifthOrderError, s, error5);
  weightedSum(thirdOrderError, s, error3);
  let fifth = 0;
  let third = 0;
  for (let i = 0; i < y.length; i++) {
    const scale = atol + rtol * Math.max(Math.abs(y[i]!), Math.abs(out[i]!));
    fifth += (error5[i]! / scale) ** 2;
    third += (error3[i]! / scale) ** 2;
  }
  if (fifth === 0 && third === 0) return 0;
  return (Math.abs(s.dt) * fifth) / Math.sqrt((fifth + 0.01 * third) * y.length);
}

/** Stages of the dense output, computed once per step and only when somebody looks between its ends. */
function knowDenseStages(s: StageScratch): number {
  if (s.extraKnown) return 0;
  let evaluations = knowEndDrift(s);
  s.stages[12]!.set(s.endDrift);
  for (let k = 0; k < 3; k++) {
    s.combine(s.start, s.dt, coefficients.denseRows[k]!, s.stages, s.argument);
    s.problem.drift(s.t + coefficients.denseNodes[k]! * s.dt, s.argument, s.stages[13 + k]!);
    evaluations++;
  }
  s.extraKnown = true;
  return evaluations;
}

function interpolate(theta: number, out: Float64Array, s: StageScratch): number {
  const evaluations = knowDenseStages(s);
  const { start, end, dt, stages, endDrift } = s;
  const rest = 1 - theta;
  for (let i = 0; i < out.length; i++) {
    const increment = end[i]! - start[i]!;
    let value = 0;
    for (let row = 3; row >= 0; row--) {
      let term = 0;
      for (let j = 0; j < stageCount; j++) term += coefficients.denseWeights[row]![j]! * stages[j]![i]!;
      value = (value + dt * term) * (row % 2 === 1 ? theta : rest);
    }
    value = (value + 2 * increment - dt * (endDrift[i]! + stages[0]![i]!)) * theta;
    value = (value + dt * stages[0]![i]! - increment) * rest;
    out[i] = start[i]! + (value + increment) * theta;
  }
  return evaluations;
}

function bind(): Method {
  return {
    name: "dop853",
    order: 8,
    denseOrder: 8,
    traits: { componentwise: true },
    init: (problem) => createStages(problem, stageCount),
    step: (problem, t, dt, y, out, scratch) => ({
      evaluations: explicitStep(tableau, problem, t, dt, y, out, stagesOf(scratch)),
    }),
    errorNorm: (y, out, rtol, atol, scratch) => errorNorm(stagesOf(scratch), y, out, rtol, atol),
    interpolate: (theta, out, scratch) => ({ evaluations: interpolate(theta, out, stagesOf(scratch)) }),
    accept: (scratch) => acceptStep(stagesOf(scratch)),
    memory: stagesMemory,
  };
}

/** Dormand–Prince of order 8 with error estimates of orders 5 and 3 and a dense output of order 7. */
export const dop853: MethodPlugin<Record<string, never>> = {
  name: "dop853",
  doc: "Dormand–Prince 8(5,3), adaptive, twelve evaluations a step, dense output of order 7. For tight tolerances.",
  source: "Hairer, Nørsett, Wanner, Solving Ordinary Differential Equations I, section II.5",
  traits: { componentwise: true },
  params: z.strictObject({}),
  bind,
};
