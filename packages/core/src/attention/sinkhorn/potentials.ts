import type { Backend, KernelHead, Visibility } from "../../foundation/backend/index.js";
import { SolveError } from "../../foundation/errors/index.js";
import { momentsOf } from "../../foundation/law/index.js";
import { type LinearAlgebra, ownLinearAlgebra, transpose } from "../../foundation/linear-algebra/index.js";
import type { WeightedPoints } from "../../foundation/shapes/index.js";
import { gaussianPotential } from "./gaussian.js";
import { scaleByNewton } from "./newton.js";
import { type Scaling, type ScalingLimits, scaleToMarginals } from "./scaling.js";

const everyKey: Visibility = { dense: true, logWeight: () => 0 };

/** The same head with the roles of queries and keys exchanged. */
function exchanged(head: KernelHead, d: number): KernelHead {
  return { ...head, queryKey: transpose(head.queryKey, d, d) };
}

/** H = A/ε of a head. */
export const scoreMatrix = ({ beta, queryKey }: KernelHead) => queryKey.map((entry) => beta * entry);

/**
 * Where the scaling starts: the potential of the Gaussian with the moments of the cloud. It is the solution for Gaussian
 * clouds up to sampling error, and right to leading order for scores so large that sweeps from zero would crawl.
 */
function startingPotential(source: WeightedPoints, head: KernelHead): Float64Array {
  const { m, d, points } = source;
  const start = new Float64Array(m);
  const { mean, cov } = momentsOf(source);
  const potential = gaussianPotential(mean, cov, scoreMatrix(head), d);
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

/** −log ∫ e^{score + potential} dμ at every point of the source, by the backend or the reference. */
function halfSweep(backend: Backend, reference: Backend, source: WeightedPoints, head: KernelHead) {
  return (keyPotential: Float64Array, out: Float64Array): void => {
    const kernel = { weight: "exponential", normalisation: "partition", heads: [{ ...head, keyPotential }] } as const;
    if (!backend.field(kernel, source, source, everyKey, { logPartition: out })) {
      reference.field(kernel, source, source, everyKey, { logPartition: out });
    }
    for (let i = 0; i < out.length; i++) out[i] = -out[i]!;
  };
}

function requireConverged({ error, iterations }: Scaling, tolerance: number): void {
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

interface Scaler {
  readonly from: (start: Float64Array, most: number) => Scaling;
  readonly source: WeightedPoints;
  readonly head: KernelHead;
  readonly limits: ScalingLimits;
  readonly linearAlgebra: LinearAlgebra;
}

/** The better of two, with the iterations of both. */
function better(one: Scaling, other: Scaling): Scaling {
  const best = other.error < one.error ? other : one;
  return { ...best, iterations: one.iterations + other.iterations };
}

/** Newton's method on the points that carry mass; the others get their potentials from the last sweep. */
function byNewton({ from, source, head, limits, linearAlgebra }: Scaler, sofar: Scaling): Scaling {
  const { d } = source;
  const present = Array.from(source.weights.keys()).filter((j) => source.weights[j]! > 0);
  const m = present.length;
  // One iteration is kept for the sweep that measures the error.
  const left = limits.maxIterations - sofar.iterations - 1;
  if (m > mostForNewton || left < 1) return sofar;
  const points = Float64Array.from(
    { length: m * d },
    (_, k) => source.points[present[Math.floor(k / d)]! * d + (k % d)]!,
  );
  const weights = Float64Array.from(present, (j) => source.weights[j]!);
  const [moved, scores] = [new Float64Array(m * d), new Float64Array(m * m)];
  linearAlgebra.matMulNT(points, scoreMatrix(head), m, d, d, moved);
  linearAlgebra.matMulNT(moved, points, m, d, m, scores);
  // Well below the tolerance, so that one sweep more is the last.
  const inner = { tolerance: limits.tolerance / 4, maxIterations: left };
  const newton = scaleByNewton(scores, weights, inner, linearAlgebra.symmetricRankUpdate);
  const start = new Float64Array(source.m);
  present.forEach((j, k) => {
    start[j] = newton.columns[k]!;
  });
  const polished = from(start, limits.maxIterations - sofar.iterations - newton.iterations);
  return better(sofar, { ...polished, iterations: polished.iterations + newton.iterations });
}

/**
 * The potentials of one head at one law, with ∫f dμ = ∫g dμ, which makes them unique: by accelerated sweeps from the Gaussian
 * start, where those crawl by Newton's method, and on many points by sweeps from 0.
 * @throws SolveError no-convergence
 */
export function potentialsOf(
  backend: Backend,
  reference: Backend,
  source: WeightedPoints,
  head: KernelHead,
  limits: ScalingLimits,
): Float64Array {
  const { tolerance, maxIterations } = limits;
  const toRows = halfSweep(backend, reference, source, head);
  const toColumns = halfSweep(backend, reference, source, exchanged(head, source.d));
  const from = (start: Float64Array, most: number) =>
    scaleToMarginals(toRows, toColumns, source.weights, start, { tolerance, maxIterations: most });
  const linearAlgebra = backend.linearAlgebra ?? ownLinearAlgebra;
  const half = Math.ceil(maxIterations / 2);
  const sweeps = source.m > mostForNewton ? half : Math.min(half, sweepsFirst);
  let scaling = from(startingPotential(source, head), sweeps);
  if (scaling.error > tolerance) scaling = byNewton({ from, source, head, limits, linearAlgebra }, scaling);
  if (scaling.error > tolerance && scaling.iterations < maxIterations) {
    scaling = better(scaling, from(new Float64Array(source.m), maxIterations - scaling.iterations));
  }
  requireConverged(scaling, tolerance);
  const shift = 0.5 * (average(source.weights, scaling.rows) - average(source.weights, scaling.columns));
  return scaling.columns.map((value) => value + shift);
}
