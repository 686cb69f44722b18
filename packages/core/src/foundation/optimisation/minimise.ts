import { maxAbs } from "../linear-algebra/index.js";
import { requirePositiveInteger, requireStart, requireTolerance } from "./check.js";
import type { MinimisationOptions, MinimisationProblem, Minimum, OptimisationStatus } from "./contract.js";
import { addScaled, dot } from "./vector.js";
import { type LinePoint, type LineSearchResult, strongWolfe } from "./wolfe.js";

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly inverse: number;
}

/** The L-BFGS direction −H·gradient by the two-loop recursion over the kept pairs, oldest first. */
function direction(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const out = gradient.slice();
  const factors = new Float64Array(pairs.length);
  for (let k = pairs.length - 1; k >= 0; k--) {
    const { step, change, inverse } = pairs[k]!;
    factors[k] = inverse * dot(step, out);
    addScaled(out, -factors[k]!, change);
  }
  const last = pairs.at(-1);
  const scale = last === undefined ? 1 : 1 / (last.inverse * dot(last.change, last.change));
  for (let i = 0; i < out.length; i++) out[i]! *= scale;
  for (let k = 0; k < pairs.length; k++) {
    const { step, change, inverse } = pairs[k]!;
    addScaled(out, factors[k]! - inverse * dot(change, out), step);
  }
  for (let i = 0; i < out.length; i++) out[i] = -out[i]!;
  return out;
}

/** Adds the pair when its curvature is safely positive, so that H stays positive definite. */
function remember(pairs: Pair[], memory: number, step: Float64Array, change: Float64Array): void {
  const product = dot(step, change);
  if (!(product > Number.EPSILON * dot(change, change)) || !Number.isFinite(1 / product)) return;
  pairs.push({ step, change, inverse: 1 / product });
  if (pairs.length > memory) pairs.shift();
}

const difference = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value - b[i]!);

/** No more decrease is to be had along a direction whose predicted gain is below the rounding of f. */
function atRounding(value: number, slope: number, step: number): boolean {
  return Math.abs(slope * step) <= 8 * Number.EPSILON * Math.abs(value);
}

interface Trial {
  readonly x: Float64Array;
  readonly gradient: Float64Array;
}

/** The line search from x along p, with the points it evaluated by their step. */
function search(
  problem: MinimisationProblem,
  x: Float64Array,
  value: number,
  p: Float64Array,
  slope: number,
  firstStep: number,
): { result: LineSearchResult; trials: Map<number, Trial> } {
  const trials = new Map<number, Trial>();
  const at = (step: number): LinePoint => {
    const moved = x.slice();
    addScaled(moved, step, p);
    const gradient = new Float64Array(x.length);
    const found = problem.evaluate(moved, gradient);
    trials.set(step, { x: moved, gradient });
    return { step, value: found, slope: Number.isFinite(maxAbs(gradient)) ? dot(gradient, p) : Number.NaN };
  };
  return { result: strongWolfe({ step: 0, value, slope }, firstStep, at), trials };
}

/**
 * A local minimum of f by L-BFGS with a strong Wolfe line search. Values never increase from step to step; a trial
 * point where f is not finite shortens the step.
 * @param problem x0 (n) and evaluate(x, gradient) → f
 * @param options gradientTolerance, memory, maxIterations, cancel
 * @returns the best point with its status; failures of the numerics are statuses
 * @throws empty, not-finite (x0), out-of-range (options)
 * @cost O(n·memory) per iteration besides one or two evaluations; O(n·memory) memory
 * @accuracy Rosenbrock and Hilbert-like quadratics to the gradient tolerance (minimise.test.ts)
 * @source Nocedal and Wright, Numerical Optimization, algorithm 7.5
 */
export function minimise(problem: MinimisationProblem, options: MinimisationOptions = {}): Minimum {
  const who = "minimise";
  const { gradientTolerance = 1e-8, memory = 10, maxIterations = 1000, cancel } = options;
  requireStart(who, problem.x0);
  requireTolerance(who, "gradientTolerance", gradientTolerance);
  requirePositiveInteger(who, "memory", memory);
  requirePositiveInteger(who, "maxIterations", maxIterations);
  let x: Float64Array = problem.x0.slice();
  let gradient: Float64Array = new Float64Array(x.length);
  let value = problem.evaluate(x, gradient);
  let [evaluations, iterations, idle] = [1, 0, 0];
  let pairs: Pair[] = [];
  const end = (status: OptimisationStatus): Minimum => {
    return { status, x, value, gradientNorm: maxAbs(gradient), iterations, evaluations };
  };
  if (!Number.isFinite(value) || !Number.isFinite(maxAbs(gradient))) return end("not-finite");
  while (maxAbs(gradient) > gradientTolerance) {
    if (cancel?.aborted === true) return end("cancelled");
    if (iterations >= maxIterations) return end("max-iterations");
    const p = direction(gradient, pairs);
    const slope = dot(p, gradient);
    if (!(slope < 0)) {
      if (pairs.length === 0) return end("stagnated");
      pairs = [];
      continue;
    }
    const firstStep = pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
    const { result, trials } = search(problem, x, value, p, slope, firstStep);
    evaluations += trials.size;
    if (result.kind !== "found") {
      if (result.kind === "failed" && atRounding(value, slope, firstStep)) return end("stagnated");
      if (pairs.length === 0) return end(result.kind === "failed" ? "line-search-failed" : "not-finite");
      pairs = [];
      continue;
    }
    const next = trials.get(result.point.step)!;
    remember(pairs, memory, difference(next.x, x), difference(next.gradient, gradient));
    idle = result.point.value < value ? 0 : idle + 1;
    x = next.x;
    gradient = next.gradient;
    value = result.point.value;
    iterations++;
    if (idle >= 5 && maxAbs(gradient) > gradientTolerance) return end("stagnated");
  }
  return end("converged");
}
