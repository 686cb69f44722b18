import type { CancelSignal } from "../cancel/index.js";

/** How an iteration ended. Closed; a numerical failure is a status, never an exception. */
export type OptimisationStatus =
  /** The tolerance is met. */
  | "converged"
  /** maxIterations steps were made first. */
  | "max-iterations"
  /** No step along the direction satisfies the line search. */
  | "line-search-failed"
  /** The start, or every trial point, has a value that is NaN or infinite. */
  | "not-finite"
  /** Steps no longer change the value beyond its rounding, above the tolerance: the accuracy at reach is used up. */
  | "stagnated"
  /** The cancel signal was raised. */
  | "cancelled";

/** f and ∇f, for minimise. */
export interface MinimisationProblem {
  /** Starting point, n */
  readonly x0: Float64Array;
  /** Returns f(x) and writes ∇f(x) to `gradient` (n); x is read only. */
  evaluate(x: Float64Array, gradient: Float64Array): number;
}

export interface MinimisationOptions {
  /** Converged when max_i |∂f/∂x_i| ≤ this; default 1e-8. ≥ 0. */
  readonly gradientTolerance?: number;
  /** Pairs kept by L-BFGS; default 10. */
  readonly memory?: number;
  /** Default 1000. */
  readonly maxIterations?: number;
  readonly cancel?: CancelSignal;
}

export interface Minimum {
  readonly status: OptimisationStatus;
  /** The best point found, n */
  readonly x: Float64Array;
  /** f(x) */
  readonly value: number;
  /** max_i |∂f/∂x_i| at x */
  readonly gradientNorm: number;
  readonly iterations: number;
  /** Calls of evaluate. */
  readonly evaluations: number;
}

/** F(x) = 0, for newtonKrylov. */
export interface RootProblem {
  /** Starting point, n */
  readonly x0: Float64Array;
  /** Writes F(x) to `out` (n); x is read only. */
  residual(x: Float64Array, out: Float64Array): void;
  /** Writes the Jacobian–vector product F′(x)·v to `out` (n); by forward differences of F when left out. */
  jacobianVector?(x: Float64Array, v: Float64Array, out: Float64Array): void;
}

export interface RootOptions {
  /** Converged when ‖F(x)‖₂ ≤ this; default 1e-10. ≥ 0. */
  readonly tolerance?: number;
  /** Newton steps; default 100. */
  readonly maxIterations?: number;
  /** Largest dimension of the Krylov space of one step; default min(n, 60). */
  readonly krylovDimension?: number;
  readonly cancel?: CancelSignal;
}

export interface Root {
  readonly status: OptimisationStatus;
  /** The best point found, n */
  readonly x: Float64Array;
  /** ‖F(x)‖₂ */
  readonly residualNorm: number;
  readonly iterations: number;
  /** Calls of residual. */
  readonly evaluations: number;
  /** Calls of jacobianVector; 0 when it was left out. */
  readonly jacobianProducts: number;
}
