import type { ZodType } from "zod";
import type { Calculus, NoiseKind } from "./diffusion.js";
import type { Problem } from "./problem.js";

/** What a step cost. */
export interface StepReport {
  /** Calls of the drift. */
  readonly evaluations: number;
  /** The method that made the step, told by methods that choose among several. */
  readonly method?: string;
}

/** Work space of one integration; opaque to the driver. */
export type Scratch = unknown;

/** What a method carries from one accepted step to the next, as plain data. */
export interface MethodMemory {
  readonly [key: string]: number | boolean | string | Float64Array | MethodMemory;
}

/** What a method for stochastic equations promises; measured in methods/stochastic.test.ts. */
export interface NoiseTraits {
  readonly calculus: Calculus;
  /** Strong order (root mean square error at a fixed time) per kind of noise. */
  readonly strongOrder: Readonly<Record<NoiseKind, number>>;
  /** Weak order (error of expectations of smooth functions). */
  readonly weakOrder: number;
}

/** What a method is, beyond its order; tests and drivers read this and never the name. */
export interface MethodTraits {
  /** Whether its steps are bounded by accuracy alone, however fast the fastest decay. */
  readonly stiff?: boolean;
  /**
   * Whether each component of a step of given length depends on the other components through the drift alone, so that
   * problems stacked into one state advance bit for bit as each by itself.
   */
  readonly componentwise?: boolean;
  /** Where its Jacobian comes from; absent: it needs none. */
  readonly jacobian?: "finite-differences";
  /** Absent: problems with a diffusion are refused. */
  readonly noise?: NoiseTraits;
}

/**
 * A one-step method on flat states.
 *
 * `step` leaves in its scratch what `errorNorm` and `interpolate` need of that step. A method without `errorNorm`
 * runs at fixed steps only.
 */
export interface Method {
  readonly name: string;
  /** Global order of convergence on equations without noise; measured in methods/contract.test.ts. */
  readonly order: number;
  /** Global order of values read off the dense output between steps. */
  readonly denseOrder: number;
  readonly traits?: MethodTraits;
  /** @param seed, run the key of the noise; methods without noise ignore them */
  init(problem: Problem, seed: number, run?: number): Scratch;
  /**
   * y(t) → out = y(t + dt), retracted if the problem retracts. `y` and `out` do not alias; both stay as they are until the
   * next step, so that dense output may read them.
   */
  step(problem: Problem, t: number, dt: number, y: Float64Array, out: Float64Array, scratch: Scratch): StepReport;
  /** RMS over components of (error estimate) / (atol + rtol·max(|y|, |out|)) for the step just made. */
  errorNorm?(y: Float64Array, out: Float64Array, rtol: number, atol: number, scratch: Scratch): number;
  /** The solution at t + theta·dt of the step just made, 0 ≤ theta ≤ 1. */
  interpolate(theta: number, out: Float64Array, scratch: Scratch): StepReport;
  /** Tells the scratch that the step just made was accepted, so that its last stage may serve the next step. */
  accept(scratch: Scratch): void;
  /**
   * What of the scratch the next step needs, after an accepted one, and how a fresh scratch gets it; left out by a method
   * whose steps begin with the state alone. Shown complete by methods/contract.test.ts.
   */
  readonly memory?: {
    of(scratch: Scratch): MethodMemory;
    restore(scratch: Scratch, memory: MethodMemory): void;
  };
}

/** A method as a plug-in: its options belong to its constructor. */
export interface MethodPlugin<P = unknown> {
  readonly name: string;
  readonly doc: string;
  readonly source: string;
  /** The traits of every method it binds. */
  readonly traits?: MethodTraits;
  readonly params: ZodType<P>;
  bind(params: P): Method;
}
