import type { ZodType } from "zod";
import type { Problem } from "./problem.js";

/** What a step cost. */
export interface StepReport {
  /** Calls of the drift. */
  readonly evaluations: number;
}

/** Work space of one integration; opaque to the driver. */
export type Scratch = unknown;

/**
 * A one-step method on flat states.
 *
 * `step` leaves in its scratch what `errorNorm` and `interpolate` need of that step. A method without `errorNorm`
 * runs at fixed steps only.
 */
export interface Method {
  readonly name: string;
  /** Global order of convergence; measured in methods/contract.test.ts. */
  readonly order: number;
  /** Global order of values read off the dense output between steps. */
  readonly denseOrder: number;
  init(problem: Problem, seed: number): Scratch;
  /** y(t) → out = y(t + dt), retracted if the problem retracts. `y` and `out` do not alias. */
  step(problem: Problem, t: number, dt: number, y: Float64Array, out: Float64Array, scratch: Scratch): StepReport;
  /** RMS over components of (error estimate) / (atol + rtol·max(|y|, |out|)) for the step just made. */
  errorNorm?(y: Float64Array, out: Float64Array, rtol: number, atol: number, scratch: Scratch): number;
  /** The solution at t + theta·dt of the step just made, 0 ≤ theta ≤ 1. */
  interpolate(theta: number, out: Float64Array, scratch: Scratch): StepReport;
  /** Tells the scratch that the step just made was accepted, so that its last stage may serve the next step. */
  accept(scratch: Scratch): void;
}

/** A method as a plug-in: its options belong to its constructor. */
export interface MethodPlugin<P = unknown> {
  readonly name: string;
  readonly doc: string;
  readonly source: string;
  readonly params: ZodType<P>;
  bind(params: P): Method;
}
