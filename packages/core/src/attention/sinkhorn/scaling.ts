import { fresh, type Workspace } from "../../foundation/workspace/index.js";
import { type Anderson, anderson } from "./anderson.js";

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

/** What a scaling of m points works in; its results lie there until it is used again. */
export interface ScalingRoom {
  readonly rows: Float64Array;
  readonly columns: Float64Array;
  readonly image: Float64Array;
  /** Potentials and image of the least error so far. */
  readonly best: { readonly columns: Float64Array; readonly image: Float64Array };
  readonly accelerated: Anderson;
}

/** Room for scalings of m points. @cost memory 100m numbers, in `work` */
export function scalingRoom(m: number, work: Workspace = fresh): ScalingRoom {
  const array = () => work.floats(m);
  return {
    rows: array(),
    columns: array(),
    image: array(),
    best: { columns: array(), image: array() },
    accelerated: anderson(m, depth, work),
  };
}

/**
 * Scales a positive kernel to both marginals by alternating sweeps in the log domain, g ← T(g), with Anderson
 * acceleration; an accelerated step that harms is taken back. A pure function of its arguments: no state is kept from
 * one depth to the next.
 *
 * @param start g to begin with, [m]; not changed
 * @param room what it works in, and its result lies in; new when left out
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
  room: ScalingRoom = scalingRoom(weights.length),
): Scaling {
  const { rows, columns: g, image, best, accelerated } = room;
  accelerated.begin(weights);
  g.set(start);
  best.columns.set(start);
  best.image.set(start);
  let least = Number.POSITIVE_INFINITY;
  let iterations = 0;
  while (iterations < maxIterations) {
    iterations++;
    toRows(g, rows);
    toColumns(rows, image);
    const error = marginalError(weights, g, image);
    if (error <= tolerance) return { rows, columns: g, error, iterations };
    if (error < least) {
      best.columns.set(g);
      best.image.set(image);
      least = error;
    }
    if (!(error <= patience * least)) {
      accelerated.restart();
      g.set(best.image);
      continue;
    }
    accelerated.advance(g, image);
  }
  toRows(best.columns, rows);
  return { rows, columns: best.columns, error: least, iterations };
}
