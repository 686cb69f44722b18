import { type BrownianPath, brownianPath } from "../../foundation/random/brownian.js";
import type { Problem } from "../../solve/problem.js";

/** Work space of a step of a stochastic method. */
export interface NoiseScratch {
  readonly path: BrownianPath | undefined;
  /** W(t + dt) − W(t); empty without noise. */
  readonly increment: Float64Array;
  /** Drift and noise at the start, then at the predictor. */
  readonly rate: Float64Array;
  readonly noise: Float64Array;
  readonly secondRate: Float64Array;
  readonly secondNoise: Float64Array;
  readonly predictor: Float64Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
}

export function createNoiseScratch(problem: Problem, seed: number, run: number): NoiseScratch {
  const array = () => new Float64Array(problem.y0.length);
  const dimension = problem.diffusion?.noiseDimension ?? 0;
  return {
    path: problem.diffusion && brownianPath({ seed, purpose: "diffusion", run }, dimension),
    increment: new Float64Array(dimension),
    rate: array(),
    noise: array(),
    secondRate: array(),
    secondNoise: array(),
    predictor: array(),
    start: array(),
    end: array(),
  };
}

/** Type guard in one place: methods see their own scratch as `unknown` through the contract. */
export function noiseScratchOf(scratch: unknown): NoiseScratch {
  return scratch as NoiseScratch;
}

/** The straight line between the ends of the step, which is all a path of bounded roughness allows. */
export function straightLine(theta: number, out: Float64Array, { start, end }: NoiseScratch): void {
  for (let i = 0; i < out.length; i++) out[i] = start[i]! + theta * (end[i]! - start[i]!);
}
