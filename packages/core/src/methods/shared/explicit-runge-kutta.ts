import { linearCombination } from "../../foundation/linear-algebra/index.js";
import type { Method } from "../../solve/method.js";
import type { Problem } from "../../solve/problem.js";

/** Coefficients of an explicit Runge–Kutta method with s stages. */
export interface Tableau {
  /** Nodes c_1 … c_s. */
  readonly c: readonly number[];
  /** Rows of the strictly lower triangular matrix. */
  readonly a: readonly (readonly number[])[];
  /** Weights of the solution. */
  readonly b: readonly number[];
  /** Whether the last stage is the drift at the new point, so that it is the first stage of the next step. */
  readonly firstSameAsLast: boolean;
}

/** Work space shared by all explicit Runge–Kutta methods. */
export interface StageScratch {
  readonly problem: Problem;
  readonly combine: NonNullable<Problem["combine"]>;
  /** Stages k_1 … k_s, and any further ones the dense output needs. */
  readonly stages: Float64Array[];
  readonly argument: Float64Array;
  /** For sums that nobody keeps, as `argument` is between steps. */
  readonly spare: Float64Array;
  /** The driver's arrays of the step just made: unchanged until the next step. */
  start: Float64Array;
  end: Float64Array;
  /** Drift at `end`, when `endKnown`. */
  readonly endDrift: Float64Array;
  t: number;
  dt: number;
  endKnown: boolean;
  /** Whether stage 1 belongs to the state the next step starts from (so after a rejected step). */
  firstKnown: boolean;
  /** Whether the step just made was accepted, so that the next one starts from its end. */
  accepted: boolean;
  /** Whether the extra stages of the dense output belong to the step just made. */
  extraKnown: boolean;
}

export function createStages(problem: Problem, count: number): StageScratch {
  const size = problem.y0.length;
  const array = () => new Float64Array(size);
  return {
    problem,
    combine: problem.combine ?? linearCombination,
    stages: Array.from({ length: count }, array),
    argument: array(),
    spare: array(),
    start: problem.y0,
    end: problem.y0,
    endDrift: array(),
    t: 0,
    dt: 0,
    endKnown: false,
    firstKnown: false,
    accepted: false,
    extraKnown: false,
  };
}

/** out = Σ_j weights_j k_j, summed from the left. */
export function weightedSum(weights: readonly number[], s: StageScratch, out: Float64Array): void {
  out.fill(0);
  s.combine(out, 1, weights, s.stages, out);
}

/** One step of the tableau; leaves stages, start and end in the scratch. @returns evaluations of the drift */
export function explicitStep(
  tableau: Tableau,
  problem: Problem,
  t: number,
  dt: number,
  y: Float64Array,
  out: Float64Array,
  s: StageScratch,
): number {
  const { c, a, b } = tableau;
  const last = c.length - 1;
  let evaluations = 0;
  if (s.accepted) {
    // Stage 1 is kept until now because the dense output of the accepted step still needed it.
    if (s.endKnown) s.stages[0]!.set(s.endDrift);
    s.firstKnown = s.endKnown;
    s.accepted = false;
  }
  s.t = t;
  s.dt = dt;
  s.start = y;
  s.end = out;
  s.endKnown = false;
  s.extraKnown = false;
  for (let i = 0; i < c.length; i++) {
    if (i === 0) {
      if (s.firstKnown) continue;
      problem.drift(t, y, s.stages[0]!);
      s.firstKnown = true;
    } else if (i === last && tableau.firstSameAsLast) {
      s.combine(y, dt, b, s.stages, out);
      problem.retract?.(out);
      problem.drift(t + dt, out, s.stages[i]!);
      s.endDrift.set(s.stages[i]!);
      s.endKnown = true;
    } else {
      s.combine(y, dt, a[i]!, s.stages, s.argument);
      problem.drift(t + c[i]! * dt, s.argument, s.stages[i]!);
    }
    evaluations++;
  }
  if (!tableau.firstSameAsLast) {
    s.combine(y, dt, b, s.stages, out);
    problem.retract?.(out);
  }
  return evaluations;
}

/** Makes the drift at the end of the step known. @returns evaluations of the drift */
export function knowEndDrift(s: StageScratch): number {
  if (s.endKnown) return 0;
  s.problem.drift(s.t + s.dt, s.end, s.endDrift);
  s.endKnown = true;
  return 1;
}

/** The next step starts from the end of this one. */
export function acceptStep(s: StageScratch): void {
  s.accepted = true;
}

/** Cubic Hermite interpolation from both end states and drifts. Local error O(dt⁴). */
export function hermite(theta: number, s: StageScratch, first: Float64Array, out: Float64Array): void {
  const { start, end, endDrift, dt } = s;
  const rest = 1 - theta;
  const h00 = (1 + 2 * theta) * rest * rest;
  const h10 = theta * rest * rest * dt;
  const h01 = theta * theta * (3 - 2 * theta);
  const h11 = -theta * theta * rest * dt;
  for (let i = 0; i < out.length; i++) {
    out[i] = h00 * start[i]! + h10 * first[i]! + h01 * end[i]! + h11 * endDrift[i]!;
  }
}

/** RMS of dt·|Σ_j weights_j k_j| relative to atol + rtol·max(|y|, |out|). */
export function weightedErrorNorm(
  weights: readonly number[],
  s: StageScratch,
  y: Float64Array,
  out: Float64Array,
  rtol: number,
  atol: number,
): number {
  weightedSum(weights, s, s.spare);
  let sum = 0;
  for (let i = 0; i < y.length; i++) {
    sum += (s.spare[i]! / (atol + rtol * Math.max(Math.abs(y[i]!), Math.abs(out[i]!)))) ** 2;
  }
  return s.dt * Math.sqrt(sum / Math.max(1, y.length));
}

/** Type guard in one place: methods see their own scratch as `unknown` through the contract. */
export function stagesOf(scratch: unknown): StageScratch {
  return scratch as StageScratch;
}

/** The drift at the end of the last step is the first stage of the next, where it is known. */
export const stagesMemory: NonNullable<Method["memory"]> = {
  of(scratch) {
    const s = stagesOf(scratch);
    const { accepted, endKnown, firstKnown } = s;
    return {
      accepted,
      endKnown,
      firstKnown,
      ...(endKnown && { endDrift: s.endDrift.slice() }),
      ...(firstKnown && { first: s.stages[0]!.slice() }),
    };
  },
  restore(scratch, { accepted, endKnown, firstKnown, endDrift, first }) {
    const s = stagesOf(scratch);
    s.accepted = accepted === true;
    s.endKnown = endKnown === true;
    s.firstKnown = firstKnown === true;
    if (endDrift instanceof Float64Array) s.endDrift.set(endDrift);
    if (first instanceof Float64Array) s.stages[0]!.set(first);
  },
};

/** A fixed-step method with cubic Hermite dense output. */
export function hermiteMethod(name: string, order: number, tableau: Tableau): Method {
  const count = tableau.c.length;
  return {
    name,
    order,
    denseOrder: Math.min(order, 4),
    traits: { componentwise: true },
    init: (problem) => createStages(problem, count),
    step: (problem, t, dt, y, out, scratch) => ({
      evaluations: explicitStep(tableau, problem, t, dt, y, out, stagesOf(scratch)),
    }),
    interpolate(theta, out, scratch) {
      const s = stagesOf(scratch);
      const evaluations = knowEndDrift(s);
      hermite(theta, s, s.stages[0]!, out);
      return { evaluations };
    },
    accept: (scratch) => acceptStep(stagesOf(scratch)),
    memory: stagesMemory,
  };
}
