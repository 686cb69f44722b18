import { z } from "zod";
import type { Method, MethodPlugin, MethodTraits } from "../../solve/method.js";
import { createNoiseScratch, noiseScratchOf, straightLine } from "../shared/noise-step.js";

const traits: MethodTraits = {
  noise: {
    calculus: "ito",
    strongOrder: { additive: 1, diagonal: 0.5, commutative: 0.5, general: 0.5 },
    weakOrder: 1,
  },
};

function bind(): Method {
  return {
    name: "euler-maruyama",
    order: 1,
    denseOrder: 1,
    traits,
    init: (problem, seed, run = 0) => createNoiseScratch(problem, seed, run),
    step(problem, t, dt, y, out, scratch) {
      const s = noiseScratchOf(scratch);
      s.start.set(y);
      problem.drift(t, y, s.rate);
      if (s.path !== undefined) {
        s.path.increment(t, t + dt, s.increment);
        problem.diffusion!.apply(t, y, s.increment, s.noise);
      }
      for (let i = 0; i < y.length; i++) out[i] = y[i]! + dt * s.rate[i]! + s.noise[i]!;
      problem.retract?.(out);
      s.end.set(out);
      return { evaluations: 1 };
    },
    interpolate(theta, out, scratch) {
      straightLine(theta, out, noiseScratchOf(scratch));
      return { evaluations: 0 };
    },
    accept: () => {},
  };
}

/**
 * y⁺ = y + f dt + G(t, y)(W(t+dt) − W(t)), retracted if the problem retracts; in the Itô sense.
 *
 * On the sphere dX = (f − ½(d−1)σ²X) dt + σP_X dW is the Itô form of the tangential noise σP_X ∘ dW; the retraction of a
 * step without the correction term moves by −½σ²|P_X dW|², which has the same mean, and with it the correction's radial
 * part drops out: both are consistent.
 *
 * @accuracy strong order ½, 1 for additive noise; weak order 1 (methods/stochastic.test.ts)
 */
export const eulerMaruyama: MethodPlugin<Record<string, never>> = {
  name: "euler-maruyama",
  doc: "Euler–Maruyama for Itô equations, fixed steps; strong order ½ (1 for additive noise), weak order 1.",
  source: "Kloeden, Platen, Numerical Solution of Stochastic Differential Equations, chapter 10",
  traits,
  params: z.strictObject({}),
  bind,
};
