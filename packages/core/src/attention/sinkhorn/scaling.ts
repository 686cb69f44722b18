import { anderson } from "./anderson.js";

/** When a scaling is good enough, and how long to look for it. */
export interface ScalingLimits {
  /** Greatest total mass Σ_j w_j|c_j − 1| by which the column marginals c may be wrong. */
  readonly tolerance: number;
  readonly maxIterations: number;
}

/** Potentials with rows of mass 1 exactly, and columns of mass 1 to `error`. */
export interface Scaling {
  /** f, of the queries. Shape [m]. */
  readonly rows: Float64Array;
  /** g, of the keys. Shape [m]. */
  readonly columns: Float64Array;
  /** Marginal error reached. */
  readonly error: number;
  readonly iterations: number;
}

/** Writes −log ∫ e^{score + potential} dμ over keys (or over queries) for the other side. */
export type HalfSweep = (potential: Float64Array, out: Float64Array) => void;

/** How many differences the acceleration remembers. */
const depth = 24;
/** An accelerated step that makes the error so many times larger than the best is taken back. */
const patience = 30;

/** Σ w_j|e^{g_j − T(g)_j} − 1|: the mass by which the columns of the plan with potentials g are wrong. */
function marginalError(weights: Float64Array, g: Float64Array, image: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < weights.length; j++) {
    if (weights[j]! > 0) sum += weights[j]! * Math.abs(Math.expm1(g[j]! - image[j]!));
  }
  return sum;
}

/**
 * Scales a positive kernel to both marginals by alternating sweeps in the log domain, g ← T(g), with Anderson
 * acceleration; an accelerated step that harms is taken back. A pure function of its arguments: no state is kept from
 * one depth to the next.
 *
 * @param start g to begin with, [m]; not changed
 * @returns whatever was reached; the caller decides by `error`
 * @cost two sweeps of m² pairs an iteration
 * @accuracy error as stated; attention/sinkhorn/scaling.test.ts
 * @source derived (alternating projections; theory.md §1 for what they converge to)
 */
export function scaleToMarginals(
  toRows: HalfSweep,
  toColumns: HalfSweep,
  weights: Float64Array,
  start: Float64Array,
  { tolerance, maxIterations }: ScalingLimits,
): Scaling {
  const m = weights.length;
  const accelerated = anderson(weights, depth);
  const [rows, image] = [new Float64Array(m), new Float64Array(m)];
  let g: Float64Array = start.slice();
  let best = { columns: start.slice(), image: start.slice(), error: Number.POSITIVE_INFINITY };
  let iterations = 0;
  while (iterations < maxIterations) {
    iterations++;
    toRows(g, rows);
    toColumns(rows, image);
    const error = marginalError(weights, g, image);
    if (error <= tolerance) return { rows, columns: g, error, iterations };
    if (error < best.error) best = { columns: g.slice(), image: image.slice(), error };
    if (!(error <= patience * best.error)) {
      accelerated.restart();
      g = best.image.slice();
      continue;
    }
    g = accelerated.next(g, image);
  }
  toRows(best.columns, rows);
  return { rows, columns: best.columns, error: best.error, iterations };
}
