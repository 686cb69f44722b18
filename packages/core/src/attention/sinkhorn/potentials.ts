import type {
  Backend,
  FieldOutput,
  KernelDescription,
  KernelHead,
  Visibility,
} from "../../foundation/backend/index.js";
import { SolveError } from "../../foundation/errors/index.js";
import { momentsOf } from "../../foundation/law/index.js";
import { type LinearAlgebra, ownLinearAlgebra, transpose } from "../../foundation/linear-algebra/index.js";
import type { WeightedPoints } from "../../foundation/shapes/index.js";
import { createWorkspace, type Workspace } from "../../foundation/workspace/index.js";
import { gaussianPotential } from "./gaussian.js";
import { scaleByNewton } from "./newton.js";
import {
  type HalfSweep,
  type Scaling,
  type ScalingLimits,
  type ScalingRoom,
  scaleToMarginals,
  scalingRoom,
} from "./scaling.js";

const everyKey: Visibility = { dense: true, logWeight: () => 0 };

/** The same head with the roles of queries and keys exchanged. */
function exchanged(head: KernelHead, d: number): KernelHead {
  return { ...head, queryKey: transpose(head.queryKey, d, d) };
}

/** H = A/ε of a head. */
export function scoreMatrix({ beta, queryKey }: KernelHead): Float64Array {
  const H = new Float64Array(queryKey.length);
  for (let k = 0; k < H.length; k++) H[k] = beta * queryKey[k]!;
  return H;
}

/**
 * Where the scaling starts: the potential of the Gaussian with the moments of the cloud. It is the solution for Gaussian
 * clouds up to sampling error, and right to leading order for scores so large that sweeps from zero would crawl.
 */
function startingPotential(source: WeightedPoints, H: Float64Array, work: Workspace): Float64Array {
  const { m, d, points } = source;
  const start = work.floats(m);
  const { mean, cov } = momentsOf(source, work);
  const potential = gaussianPotential(mean, cov, H, d);
  if (potential === undefined) return start;
  const { M, linear } = potential;
  for (let j = 0; j < m; j++) {
    let value = 0;
    for (let a = 0; a < d; a++) {
      let row = 0;
      for (let b = 0; b < d; b++) row += M[a * d + b]! * (points[j * d + b]! - mean[b]!);
      value -= 0.5 * row * (points[j * d + a]! - mean[a]!) + linear[a]! * points[j * d + a]!;
    }
    start[j] = value;
  }
  return start;
}

/** What the sweeps of one head over m points have in common: the law of the present call, and who sums. */
interface Sweeper {
  readonly backend: Backend;
  source: WeightedPoints;
}

/** What is swept; potentials in single precision would not reach the tolerance. */
export const scalingKernel = { weight: "exponential", normalisation: "partition", precision: "f64" } as const;

/** −log ∫ e^{score + potential} dμ at every point of the source. */
function halfSweep(sweeper: Sweeper, head: KernelHead, m: number, work: Workspace): HalfSweep {
  const keyPotential = work.floats(m);
  const logPartition = work.floats(m);
  const out: FieldOutput = { logPartition };
  const kernel: KernelDescription = { ...scalingKernel, heads: [{ ...head, keyPotential }] };
  return (potential, into) => {
    const { backend, source } = sweeper;
    keyPotential.set(potential);
    backend.field(kernel, source, source, everyKey, out);
    for (let i = 0; i < m; i++) into[i] = -logPartition[i]!;
  };
}

function requireConverged(error: number, iterations: number, tolerance: number): void {
  if (error <= tolerance) return;
  throw new SolveError({
    code: "no-convergence",
    who: "sinkhorn attention",
    rule: `the marginals must be right to tolerance = ${tolerance}`,
    got: `a marginal error of ${error} after ${iterations} iterations`,
    fix: "Raise maxIterations, tolerance or epsilon",
    details: { error, iterations, tolerance },
  });
}

/** Σ w_j v_j. */
function average(weights: Float64Array, values: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < weights.length; j++) if (weights[j]! > 0) sum += weights[j]! * values[j]!;
  return sum;
}

/** Iterations by sweeps before Newton's method is asked. */
const sweepsFirst = 60;
/** Beyond so many points its m³ operations and 3m² numbers are not worth the sweeps they save. */
const mostForNewton = 1024;

/** One head over m points: all that its scalings need, kept from call to call. */
interface Scaler {
  readonly head: KernelHead;
  readonly m: number;
  readonly sweeper: Sweeper;
  readonly H: Float64Array;
  readonly toRows: HalfSweep;
  readonly toColumns: HalfSweep;
  /** Two, so that the better of two scalings outlives the other. */
  readonly rooms: readonly [ScalingRoom, ScalingRoom];
  /** The result, shape [m]. */
  readonly potential: Float64Array;
  readonly work: Workspace;
  /** What of the workspace is the scaler's own; the rest is a call's. */
  own: number;
}

function createScaler(backend: Backend, source: WeightedPoints, head: KernelHead, work: Workspace) {
  work.release(0);
  const { m, d } = source;
  const sweeper: Sweeper = { backend, source };
  const scaler: Scaler = {
    head,
    m,
    sweeper,
    H: scoreMatrix(head),
    toRows: halfSweep(sweeper, head, m, work),
    toColumns: halfSweep(sweeper, exchanged(head, d), m, work),
    rooms: [scalingRoom(m, work), scalingRoom(m, work)],
    potential: work.floats(m),
    work,
    own: 0,
  };
  scaler.own = work.mark();
  return scaler;
}

/** A scaling from `start`, in the room that `kept` does not lie in. */
function scaleFrom(
  { sweeper, toRows, toColumns, rooms }: Scaler,
  start: Float64Array,
  tolerance: number,
  maxIterations: number,
  kept?: Scaling,
): Scaling {
  const room = kept?.rows === rooms[0].rows ? rooms[1] : rooms[0];
  return scaleToMarginals(toRows, toColumns, sweeper.source.weights, start, { tolerance, maxIterations }, room);
}

/** The better of two, with the iterations of both. */
function better(one: Scaling, other: Scaling): Scaling {
  const best = other.error < one.error ? other : one;
  return { ...best, iterations: one.iterations + other.iterations };
}

/** ⟨Qx_i, Ky_j⟩/ε between the points that carry mass, and their masses. */
function scoresBetween(
  source: WeightedPoints,
  present: Int32Array,
  H: Float64Array,
  { matMulNT }: LinearAlgebra,
  work: Workspace,
) {
  const { d } = source;
  const m = present.length;
  const [points, moved] = [work.floats(m * d), work.floats(m * d)];
  const [weights, scores] = [work.floats(m), work.floats(m * m)];
  for (let k = 0; k < m; k++) {
    const j = present[k]!;
    for (let a = 0; a < d; a++) points[k * d + a] = source.points[j * d + a]!;
    weights[k] = source.weights[j]!;
  }
  matMulNT(points, H, m, d, d, moved);
  matMulNT(moved, points, m, d, m, scores);
  return { weights, scores };
}

/** The points that carry mass. */
function massive({ m, weights }: WeightedPoints, work: Workspace): Int32Array {
  let count = 0;
  for (let j = 0; j < m; j++) if (weights[j]! > 0) count++;
  const present = work.integers(count);
  for (let j = 0, k = 0; j < m; j++) if (weights[j]! > 0) present[k++] = j;
  return present;
}

/** Newton's method on the points that carry mass; the others get their potentials from the last sweep. */
function byNewton(scaler: Scaler, limits: ScalingLimits, linearAlgebra: LinearAlgebra, sofar: Scaling): Scaling {
  const { sweeper, H, work } = scaler;
  const { source } = sweeper;
  const present = massive(source, work);
  // One iteration is kept for the sweep that measures the error.
  const left = limits.maxIterations - sofar.iterations - 1;
  if (present.length > mostForNewton || left < 1) return sofar;
  const { weights, scores } = scoresBetween(source, present, H, linearAlgebra, work);
  // Well below the tolerance, so that one sweep more is the last.
  const inner = { tolerance: limits.tolerance / 4, maxIterations: left };
  const newton = scaleByNewton(scores, weights, inner, linearAlgebra.symmetricRankUpdate, work);
  const start = work.floats(source.m);
  for (let k = 0; k < present.length; k++) start[present[k]!] = newton.columns[k]!;
  const most = limits.maxIterations - sofar.iterations - newton.iterations;
  const polished = scaleFrom(scaler, start, limits.tolerance, most, sofar);
  return better(sofar, { ...polished, iterations: polished.iterations + newton.iterations });
}

/** The best scaling that the ways to it reach, within the limits. */
function scalingOf(scaler: Scaler, limits: ScalingLimits, linearAlgebra: LinearAlgebra): Scaling {
  const { tolerance, maxIterations } = limits;
  const { sweeper, H, work } = scaler;
  const { source } = sweeper;
  const half = Math.ceil(maxIterations / 2);
  const sweeps = source.m > mostForNewton ? half : Math.min(half, sweepsFirst);
  let scaling = scaleFrom(scaler, startingPotential(source, H, work), tolerance, sweeps);
  if (scaling.error > tolerance) scaling = byNewton(scaler, limits, linearAlgebra, scaling);
  if (scaling.error > tolerance && scaling.iterations < maxIterations) {
    const most = maxIterations - scaling.iterations;
    scaling = better(scaling, scaleFrom(scaler, work.floats(source.m), tolerance, most, scaling));
  }
  return scaling;
}

/** Finds the potentials of the keys: shape [m], there until the next call for the same place among the heads. */
export type FindPotentials = (source: WeightedPoints, head: KernelHead, index: number) => Float64Array;

/**
 * The potentials of one head at one law, with ∫f dμ = ∫g dμ, which makes them unique: by accelerated sweeps from the Gaussian
 * start, where those crawl by Newton's method, and on many points by sweeps from 0. Arrays grow to the greatest law and are
 * kept, for each place among the heads; no number in them outlives a call.
 *
 * @param backend one that declines no field
 * @throws SolveError no-convergence
 * @cost memory 200m numbers a head, and 4m² where Newton's method was asked
 */
export function findPotentials(backend: Backend, limits: ScalingLimits): FindPotentials {
  const linearAlgebra = backend.linearAlgebra ?? ownLinearAlgebra;
  const scalers: Scaler[] = [];
  return (source, head, index) => {
    let scaler = scalers[index];
    if (scaler === undefined || scaler.head !== head || scaler.m !== source.m) {
      scaler = createScaler(backend, source, head, scaler?.work ?? createWorkspace());
      scalers[index] = scaler;
    }
    scaler.sweeper.source = source;
    const { work, potential } = scaler;
    work.release(scaler.own);
    const { rows, columns, error, iterations } = scalingOf(scaler, limits, linearAlgebra);
    requireConverged(error, iterations, limits.tolerance);
    const shift = 0.5 * (average(source.weights, rows) - average(source.weights, columns));
    for (let j = 0; j < potential.length; j++) potential[j] = columns[j]! + shift;
    return potential;
  };
}
