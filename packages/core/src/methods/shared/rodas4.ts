import { SolveError } from "../../foundation/errors/index.js";
import { type LuFactors, luFactor, luSolve } from "../../foundation/linear-algebra/index.js";
import { createWorkspace, type Workspace } from "../../foundation/workspace/index.js";
import type { Method } from "../../solve/method.js";
import type { Problem } from "../../solve/problem.js";
import { differenceInTime, differenceJacobian } from "./jacobian.js";
import { couplings, denseRows, gamma, nodes, rows, timeWeights } from "./rodas4-coefficients.js";

/** Work space of RODAS. */
export interface RosenbrockScratch {
  /** U_1 … U_6. */
  readonly stages: Float64Array[];
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly argument: Float64Array;
  readonly rate: Float64Array;
  readonly right: Float64Array;
  readonly timeRate: Float64Array;
  readonly jacobian: Float64Array;
  readonly matrix: Float64Array;
  /** Where the factors of the matrix lie, and a solution. */
  readonly work: Workspace;
  readonly shifted: { readonly state: Float64Array; readonly rate: Float64Array; readonly back: Float64Array };
  dt: number;
  /** Whether rate, timeRate and jacobian belong to the state the next step starts from (so after a rejected step). */
  known: boolean;
}

function createScratch(size: number): RosenbrockScratch {
  const array = () => new Float64Array(size);
  return {
    stages: Array.from({ length: 6 }, array),
    start: array(),
    end: array(),
    argument: array(),
    rate: array(),
    right: array(),
    timeRate: array(),
    jacobian: new Float64Array(size * size),
    matrix: new Float64Array(size * size),
    work: createWorkspace(),
    shifted: { state: array(), rate: array(), back: array() },
    dt: 0,
    known: false,
  };
}

function linearize(problem: Problem, t: number, dt: number, y: Float64Array, s: RosenbrockScratch): number {
  if (s.known) return 0;
  problem.drift(t, y, s.rate);
  const delta = Math.cbrt(Number.EPSILON) * dt;
  const evaluations = differenceInTime(problem, t, delta, y, s.rate, s.shifted, s.timeRate);
  s.known = true;
  return 1 + evaluations + differenceJacobian(problem, t, y, s.shifted, s.jacobian);
}

/** LU of I/(γ dt) − J, or undefined where it is not finite: the driver then rejects the step. */
function factor(dt: number, size: number, s: RosenbrockScratch): LuFactors | undefined {
  for (let i = 0; i < s.matrix.length; i++) {
    const entry = s.jacobian[i]!;
    if (!Number.isFinite(entry)) return undefined;
    s.matrix[i] = -entry;
  }
  const shift = 1 / (gamma * dt);
  if (!Number.isFinite(shift)) return undefined;
  for (let i = 0; i < size; i++) s.matrix[i * size + i]! += shift;
  s.work.release(0);
  return luFactor(s.matrix, size, s.work);
}

function solveStage(factors: LuFactors, s: RosenbrockScratch, out: Float64Array): boolean {
  for (let i = 0; i < out.length; i++) if (!Number.isFinite(s.right[i]!)) return false;
  const mark = s.work.mark();
  try {
    out.set(luSolve(factors, s.right, 1, s.work));
    s.work.release(mark);
    return true;
  } catch (error) {
    if (error instanceof SolveError) return false;
    throw error;
  }
}

function stage(problem: Problem, i: number, t: number, dt: number, y: Float64Array, s: RosenbrockScratch): void {
  const [row, coupling] = [rows[i]!, couplings[i]!];
  s.argument.set(y);
  for (let j = 0; j < row.length; j++) {
    const weight = row[j]!;
    const stored = s.stages[j]!;
    for (let k = 0; k < y.length; k++) s.argument[k]! += weight * stored[k]!;
  }
  if (i === 0) s.right.set(s.rate);
  else problem.drift(t + nodes[i]! * dt, s.argument, s.right);
  for (let j = 0; j < coupling.length; j++) {
    const weight = coupling[j]! / dt;
    const stored = s.stages[j]!;
    for (let k = 0; k < y.length; k++) s.right[k]! += weight * stored[k]!;
  }
  const weight = dt * timeWeights[i]!;
  if (weight !== 0) for (let k = 0; k < y.length; k++) s.right[k]! += weight * s.timeRate[k]!;
}

function step(problem: Problem, t: number, dt: number, y: Float64Array, out: Float64Array, s: RosenbrockScratch) {
  s.dt = dt;
  s.start.set(y);
  let evaluations = linearize(problem, t, dt, y, s);
  const factors = factor(dt, y.length, s);
  for (let i = 0; i < 6; i++) {
    // A step that cannot be made is not finite, which the driver rejects.
    out.fill(Number.NaN);
    if (factors === undefined) return evaluations;
    stage(problem, i, t, dt, y, s);
    if (i > 0) evaluations++;
    if (!solveStage(factors, s, s.stages[i]!)) return evaluations;
  }
  for (let k = 0; k < y.length; k++) out[k] = s.argument[k]! + s.stages[5]![k]!;
  problem.retract?.(out);
  s.end.set(out);
  return evaluations;
}

function interpolate(theta: number, out: Float64Array, s: RosenbrockScratch): void {
  const rest = 1 - theta;
  for (let k = 0; k < out.length; k++) {
    let first = 0;
    let second = 0;
    for (let j = 0; j < 5; j++) {
      first += denseRows[0]![j]! * s.stages[j]![k]!;
      second += denseRows[1]![j]! * s.stages[j]![k]!;
    }
    out[k] = s.start[k]! * rest + theta * (s.end[k]! + rest * (first + theta * second));
  }
}

/** Type guard in one place: methods see their own scratch as `unknown` through the contract. */
export function rosenbrockOf(scratch: unknown): RosenbrockScratch {
  return scratch as RosenbrockScratch;
}

/**
 * RODAS: the L-stable, stiffly accurate Rosenbrock method of orders 4(3), (I/(γh) − J)U_i = f(y + Σa_ij U_j) +
 * Σ(c_ij/h)U_j + h d_i ∂f/∂t, with a dense output of order 3.
 *
 * @cost per step: one LU of the size of the state, twice its size + 8 evaluations; after a rejection only 5 evaluations
 * @accuracy order 4 (methods/contract.test.ts); stiff problems in methods/rodas4/index.test.ts. Differences limit the
 * Jacobian to ten digits
 * @source Hairer, Wanner, Solving Ordinary Differential Equations II, section VI.4
 */
export function createRodas4(): Method {
  return {
    name: "rodas4",
    order: 4,
    denseOrder: 4,
    traits: { stiff: true, jacobian: "finite-differences" },
    init: (problem) => createScratch(problem.y0.length),
    step: (problem, t, dt, y, out, scratch) => ({ evaluations: step(problem, t, dt, y, out, rosenbrockOf(scratch)) }),
    errorNorm(y, out, rtol, atol, scratch) {
      const error = rosenbrockOf(scratch).stages[5]!;
      let sum = 0;
      for (let i = 0; i < y.length; i++) {
        sum += (error[i]! / (atol + rtol * Math.max(Math.abs(y[i]!), Math.abs(out[i]!)))) ** 2;
      }
      return Math.sqrt(sum / Math.max(1, y.length));
    },
    interpolate(theta, out, scratch) {
      interpolate(theta, out, rosenbrockOf(scratch));
      return { evaluations: 0 };
    },
    accept(scratch) {
      rosenbrockOf(scratch).known = false;
    },
  };
}
