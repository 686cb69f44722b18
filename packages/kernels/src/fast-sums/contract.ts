import type { Workspace } from "@meanfield/core/foundation/workspace";

/** 2⁻⁵³, the unit roundoff of float64. */
export const unitRoundoff = 2 ** -53;

/**
 * What every head with exponential weights comes down to: Σ_j a_j e^{⟨q_i, y_j⟩} and Σ_j a_j e^{⟨q_i, y_j⟩} y_j at
 * q_i = C x_i.
 */
export interface ExponentialSum {
  readonly d: number;
  /** Number of keys that have mass: the others are left out. */
  readonly m: number;
  /** y_j, shape [m, d]. */
  readonly keys: Float64Array;
  /** max_j|y_j|, 0 or between 1e-100 and 1e100: squares of coordinates that matter neither overflow nor underflow. */
  readonly radius: number;
  /** a_j > 0, shape [m]. */
  readonly masses: Float64Array;
  /** Σ_j a_j, between 1e-100 and 1e100, and its product with the radius too. */
  readonly mass: number;
  /** Number of queries. */
  readonly count: number;
  /** x_i, shape [count, d]. */
  readonly queries: Float64Array;
  /** C, shape [d, d]. */
  readonly map: Float64Array;
  /** What heads with the same keys and masses compute once: the value under `key`, made on first use. */
  shared<T>(key: string, make: () => T): T;
}

/**
 * Sums at a block of queries, each in its own unit e^{unit_i}, with rigorous bounds of their absolute errors in that
 * unit. A method writes all fields; an infinite error means that it could not compute that query.
 */
export interface SumBlock {
  /** Σ_j a_j e^{⟨q_i, y_j⟩ − unit_i}, shape [size]. */
  readonly total: Float64Array;
  /** Σ_j a_j e^{⟨q_i, y_j⟩ − unit_i} y_j, shape [size, d]. */
  readonly mean: Float64Array;
  /** Logarithm of the unit (nat), shape [size]. */
  readonly unit: Float64Array;
  /** Bound of |total_i − exact|, shape [size]. */
  readonly totalError: Float64Array;
  /** Bound of |mean_i − exact| in the Euclidean norm, shape [size]. */
  readonly meanError: Float64Array;
}

/** What a plan expects to do, in multiply-adds: what the choice between methods rests on. */
export interface Work {
  /** Before the first query: moments, tables, trees. */
  readonly before: number;
  /** Per query. */
  readonly perQuery: number;
}

/** One method bound to one sum. */
export interface Plan {
  readonly work: Work;
  /**
   * The exact sum differs from the one whose error SumBlock bounds by at most this change of every score (nat): points
   * a rounding error off the sphere, rounded angles.
   */
  readonly scoreError: number;
  /** As scoreError, of the points in the mean, relative to the largest |y_j|. */
  readonly pointError: number;
  /** Moments and tables, before the first block; a second call does nothing. */
  prepare(): void;
  /** The sums at q_begin … q_{begin + size − 1}. */
  evaluate(begin: number, size: number, out: SumBlock): void;
}

/** A way to compute exponential sums faster than pair by pair, with certified errors. */
export interface FastMethod {
  readonly name: FastMethodName;
  /** Multiply-adds per key that making a plan takes, before any sum. */
  readonly planning: number;
  /**
   * @param sum all the method may read
   * @param accuracy error wished for, relative to the query's total weight (1)
   * @param work where the plan's tables lie; the method's own until the field is computed
   * @returns a plan, or why there is none
   */
  plan(sum: ExponentialSum, accuracy: number, work: Workspace): Plan | string;
}

export type FastMethodName = "fourier" | "harmonics" | "exponential-grid" | "pruned";
