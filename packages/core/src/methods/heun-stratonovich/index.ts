import { z } from "zod";
import type { Method, MethodPlugin, MethodTraits } from "../../solve/method.js";
import type { Problem } from "../../solve/problem.js";
import { createNoiseScratch, type NoiseScratch, noiseScratchOf, straightLine } from "../shared/noise-step.js";

const traits: MethodTraits = {
  noise: {
    calculus: "stratonovich",
    strongOrder: { additive: 1, diagonal: 1, commutative: 1, general: 0.5 },
    weakOrder: 1,
  },
};

function step(problem: Problem, t: number, dt: number, y: Float64Array, out: Float64Array, s: NoiseScratch): void {
  const { diffusion } = problem;
  s.start.set(y);
  problem.drift(t, y, s.rate);
  if (s.path !== undefined) {
    s.path.increment(t, t + dt, s.increment);
    diffusion!.apply(t, y, s.increment, s.noise);
  }
  for (let i = 0; i < y.length; i++) s.predictor[i] = y[i]! + dt * s.rate[i]! + s.noise[i]!;
  problem.drift(t + dt, s.predictor, s.secondRate);
  if (s.path !== undefined) diffusion!.apply(t + dt, s.predictor, s.increment, s.secondNoise);
  for (let i = 0; i < y.length; i++) {
    out[i] = y[i]! + 0.5 * (dt * (s.rate[i]! + s.secondRate[i]!) + s.noise[i]! + s.secondNoise[i]!);
  }
  problem.retract?.(out);
  s.end.set(out);
}

function bind(): Method {
  return {
    name: "heun-stratonovich",
    order: 2,
    denseOrder: 2,
    traits,
    init: (problem, seed, run = 0) => createNoiseScratch(problem, seed, run),
    step(problem, t, dt, y, out, scratch) {
      step(problem, t, dt, y, out, noiseScratchOf(scratch));
      return { evaluations: 2 };
    },
    interpolate(theta, out, scratch) {
      straightLine(theta, out, noiseScratchOf(scratch));
      return { evaluations: 0 };
    },
    accept: () => {},
  };
}

/**
 * ŷ = y + f dt + G dW, y⁺ = y + ½(f + f̂) dt + ½(G + Ĝ) dW, retracted if the problem retracts; in the Stratonovich
 * sense, so tangential noise stays tangential on a manifold and needs no correction.
 *
 * @accuracy strong order 1 for commutative noise, ½ in general; weak order 1; without noise order 2
 * (methods/stochastic.test.ts)
 */
export const heunStratonovich: MethodPlugin<Record<string, never>> = {
  name: "heun-stratonovich",
  doc: "Stochastic Heun for Stratonovich equations, fixed steps; strong order 1 for commutative noise, else ½, weak order 1.",
  source: "Kloeden, Platen, Numerical Solution of Stochastic Differential Equations, chapters 10 and 14",
  traits,
  params: z.strictObject({}),
  bind,
};
