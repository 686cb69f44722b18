import { SolveError } from "../../foundation/errors/index.js";
import { transpose } from "../../foundation/linear-algebra/index.js";
import type { PointCloud } from "../../laws/contract.js";
import { pairCosts } from "../shared/cloud-transport.js";
import { newtonStep } from "./newton.js";
import { dot, marginalError, softMinimum } from "./soft-minimum.js";

/** When an iteration may stop, and when it must. */
export interface SinkhornLimits {
  /** Largest total mass by which the marginals may be wrong. */
  readonly tolerance: number;
  readonly maxIterations: number;
}

function refuseToGoOn(error: number, { tolerance, maxIterations }: SinkhornLimits): never {
  throw new SolveError({
    code: "no-convergence",
    who: "sinkhorn-divergence",
    rule: `the marginals must be right to ${tolerance} after ${maxIterations} iterations`,
    got: `an error of ${error}`,
    fix: "Raise epsilon, tolerance or maxIterations",
    details: { marginalError: error, tolerance, maxIterations },
  });
}

/** The cloud without its points of weight 0, and with a total of exactly 1 up to rounding. */
function withMass({ m, d, points, weights }: PointCloud): PointCloud {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const kept = Array.from({ length: m }, (_, i) => i).filter((i) => weights[i]! > 0);
  const out = new Float64Array(kept.length * d);
  kept.forEach((i, k) => {
    out.set(points.subarray(i * d, i * d + d), k * d);
  });
  const shares = Float64Array.from(kept, (i) => weights[i]! / total);
  return { kind: "point-cloud", m: kept.length, d, points: out, weights: shares };
}

/** Plain steps before each Newton step: they are right when ε is large, and bring Newton's near enough when it is not. */
const plainSteps = 8;
/** Marginal error up to which the solution for a larger ε is a good start for the next. */
const roughly = 0.05;

/** Everything in units of the current ε; potentials of the soft minima of each other. */
interface Potentials {
  readonly f: Float64Array;
  readonly g: Float64Array;
  iterations: number;
  error: number;
}

/** Alternating soft minima with Newton steps in between, until the column marginals are right to `goal`. */
function balance(a: PointCloud, b: PointCloud, c: Float64Array, at: Potentials, goal: number, most: number): void {
  const byColumn = transpose(c, a.m, b.m);
  const [logA, logB] = [a.weights.map(Math.log), b.weights.map(Math.log)];
  const { f, g } = at;
  const next = new Float64Array(b.m);
  at.error = Number.POSITIVE_INFINITY;
  for (let k = 1; at.iterations < most; k++) {
    at.iterations++;
    softMinimum(c, logB, g, f);
    softMinimum(byColumn, logA, f, next);
    at.error = marginalError(b.weights, g, next);
    const newton = at.error > goal && k % plainSteps === 0;
    if (newton) newtonStep({ c, a: a.weights, b: b.weights, logB }, f, g, next);
    else g.set(next);
    if (at.error <= goal) return;
  }
}

/**
 * OT_ε(a, b) = min over couplings of E|X − Y|² + ε·KL(π | a⊗b), by alternating soft minima on the potentials and Newton
 * steps on the dual, along a sequence of ε that falls from the mean cost. The value is that of the dual, a lower bound
 * whose error is quadratic in the error of the marginals.
 * @throws SolveError no-convergence
 * @cost 2·m·n exponentials per iteration, more for every eighth; memory 24·m·n bytes
 * @source derived (Fenchel–Rockafellar duality)
 */
export function entropicCost(a: PointCloud, b: PointCloud, epsilon: number, limits: SinkhornLimits): number {
  const [first, second] = [withMass(a), withMass(b)];
  const cost = pairCosts(first, second, 2);
  const at: Potentials = {
    f: new Float64Array(first.m),
    g: new Float64Array(second.m),
    iterations: 0,
    error: Number.POSITIVE_INFINITY,
  };
  const mean = cost.reduce((sum, value) => sum + value, 0) / cost.length;
  for (let level = Math.max(epsilon, mean); ; ) {
    const last = level === epsilon;
    const c = cost.map((value) => value / level);
    balance(first, second, c, at, last ? limits.tolerance : roughly, limits.maxIterations);
    if (last || at.iterations >= limits.maxIterations) break;
    const finer = Math.max(epsilon, level / 4);
    for (let j = 0; j < second.m; j++) at.g[j]! *= level / finer;
    level = finer;
  }
  if (at.iterations >= limits.maxIterations && !(at.error <= limits.tolerance)) return refuseToGoOn(at.error, limits);
  return epsilon * (dot(first.weights, at.f) + dot(second.weights, at.g));
}

/**
 * OT_ε(a, a): its potentials are equal, so each step goes halfway, and the error halves at least.
 * @throws SolveError no-convergence
 * @cost m² exponentials per iteration, memory 8·m² bytes
 * @source derived
 */
export function entropicSelfCost(a: PointCloud, epsilon: number, limits: SinkhornLimits): number {
  const cloud = withMass(a);
  const { m, weights } = cloud;
  const c = pairCosts(cloud, cloud, 2).map((value) => value / epsilon);
  const logWeights = weights.map(Math.log);
  const f = new Float64Array(m);
  const next = new Float64Array(m);
  let error = Number.POSITIVE_INFINITY;
  for (let k = 0; k < limits.maxIterations; k++) {
    softMinimum(c, logWeights, f, next);
    error = marginalError(weights, f, next);
    if (error <= limits.tolerance) return epsilon * (dot(weights, f) + dot(weights, next));
    for (let i = 0; i < m; i++) f[i] = 0.5 * (f[i]! + next[i]!);
  }
  return refuseToGoOn(error, limits);
}
