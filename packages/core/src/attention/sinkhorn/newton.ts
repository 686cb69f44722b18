import type { LinearAlgebra } from "../../foundation/linear-algebra/index.js";
import { fresh, type Workspace } from "../../foundation/workspace/index.js";
import { solveLaplacian } from "./laplacian.js";
import type { ScalingLimits } from "./scaling.js";

type RankUpdate = LinearAlgebra["symmetricRankUpdate"];

/** Potentials of the keys, and how wrong the columns are under them. */
export interface NewtonScaling {
  /** g, shape [m]. */
  readonly columns: Float64Array;
  /** Σ_j|w_j − c_j|, c the masses of the columns. */
  readonly error: number;
  readonly iterations: number;
}

/** Greatest range of scores that Newton's method takes from potentials 0. */
const easyRange = 8;
/** How well the marginals are met before the scores grow: what is left between clusters of tokens is locked in there. */
const stageTolerance = 1e-7;
/** Steps after which a stage asks for a smaller one before it. */
const stageSteps = 15;
const mostHalvings = 20;
/** Scores that must grow in smaller steps than this do not get anywhere. */
const leastGrowth = 1.02;

/** The plan with exact rows at potentials g, and the missing masses of its columns. */
interface Plan {
  /** g, shape [m]. */
  readonly columns: Float64Array;
  /** √w_i times the share of key j in row i, by key: shape [m, m], entry [j, i]. */
  readonly byKey: Float64Array;
  readonly missing: Float64Array;
  error: number;
}

/** The problem, and all arrays of its iterations. */
interface Room {
  readonly scores: Float64Array;
  readonly weights: Float64Array;
  readonly update: RankUpdate;
  readonly work: Workspace;
  readonly row: Float64Array;
  /** The Hessian, shape [m, m]. */
  readonly joint: Float64Array;
  readonly step: Float64Array;
  /** Where the iteration stands, and the plan of a trial step; they change places. */
  here: Plan;
  trial: Plan;
}

function createRoom(scores: Float64Array, weights: Float64Array, update: RankUpdate, work: Workspace): Room {
  const m = weights.length;
  const plan = (): Plan => ({
    columns: work.floats(m),
    byKey: work.floats(m * m),
    missing: work.floats(m),
    error: Number.POSITIVE_INFINITY,
  });
  const [row, step, joint] = [work.floats(m), work.floats(m), work.floats(m * m)];
  return { scores, weights, update, work, row, joint, step, here: plan(), trial: plan() };
}

/** Fills a plan from its potentials. */
function fillPlan({ scores, weights, row }: Room, factor: number, plan: Plan): void {
  const { columns, byKey, missing } = plan;
  const m = weights.length;
  missing.set(weights);
  for (let i = 0; i < m; i++) {
    let greatest = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < m; j++) {
      row[j] = factor * scores[i * m + j]! + columns[j]!;
      if (row[j]! > greatest) greatest = row[j]!;
    }
    let total = 0;
    for (let j = 0; j < m; j++) {
      row[j] = weights[j]! * Math.exp(row[j]! - greatest);
      total += row[j]!;
    }
    const root = Math.sqrt(weights[i]!);
    for (let j = 0; j < m; j++) {
      const share = row[j]! / total;
      missing[j]! -= weights[i]! * share;
      byKey[j * m + i] = root * share;
    }
  }
  let error = 0;
  for (let j = 0; j < m; j++) error += Math.abs(missing[j]!);
  plan.error = error;
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!;
  return sum;
}

/** Newton's step: the semi-dual Σw_jg_j + Σw_if_i(g) has the gradient w − c and minus a Laplacian as its Hessian. */
function findStep({ weights, update, work, joint, step, here }: Room): void {
  const m = weights.length;
  const mark = work.mark();
  update(here.byKey, m, m, 1, 0, joint);
  step.set(solveLaplacian(joint, here.missing, work));
  const mean = inner(weights, step);
  for (let j = 0; j < m; j++) step[j]! -= mean;
  work.release(mark);
}

/** Takes the step, halved until it no longer goes far beyond the maximum. @returns whether there is such a length */
function takeStep(room: Room, factor: number, slope: number): boolean {
  const { here, trial, step } = room;
  for (let halvings = 0, length = 1; halvings <= mostHalvings; halvings++, length /= 2) {
    for (let j = 0; j < step.length; j++) trial.columns[j] = here.columns[j]! + length * step[j]!;
    fillPlan(room, factor, trial);
    if (trial.error > 0.5 * here.error && !(inner(trial.missing, step) >= -0.5 * slope)) continue;
    // Also where rounding is all that is left.
    if (!(slope > 0)) return false;
    room.here = trial;
    room.trial = here;
    return true;
  }
  return false;
}

/** Newton's method at one factor of the scores, from the potentials in `here`. @returns iterations */
function stage(room: Room, factor: number, { tolerance, maxIterations }: ScalingLimits): number {
  fillPlan(room, factor, room.here);
  let iterations = 0;
  while (room.here.error > tolerance && iterations < maxIterations) {
    iterations++;
    findStep(room);
    if (!takeStep(room, factor, inner(room.here.missing, room.step))) break;
  }
  return iterations;
}

/**
 * The scaling of e^{scores} to both marginals w by Newton's method on the concave semi-dual, the scores grown from an easy
 * range to their own by factors of two, less where that fails: quadratic where alternating sweeps crawl.
 *
 * @param scores ⟨Qx_i, Ky_j⟩/ε, shape [m, m]
 * @param weights w > 0, [m]
 * @param work where the result and what is needed in between lie; new arrays when left out
 * @returns whatever was reached; its error is ∞ where the way ended before the scores themselves
 * @cost an iteration: m² exponentials for each trial, and 4m³/3 multiply-adds; memory 3m² beside the scores
 * @accuracy error as stated; attention/sinkhorn/newton.test.ts
 * @source derived (gradient and Hessian of the semi-dual; continuation in ε)
 */
export function scaleByNewton(
  scores: Float64Array,
  weights: Float64Array,
  { tolerance, maxIterations }: ScalingLimits,
  update: RankUpdate,
  work: Workspace = fresh,
): NewtonScaling {
  const room = createRoom(scores, weights, update, work);
  const reached = work.floats(weights.length);
  let range = 0;
  for (let k = 0; k < scores.length; k++) range = Math.max(range, 2 * Math.abs(scores[k]!));
  let factor = Math.min(1, easyRange / range);
  let growth = 2;
  let from: number | undefined;
  let iterations = 0;
  let whole = false;
  let error = Number.POSITIVE_INFINITY;
  while (iterations < maxIterations) {
    const { columns } = room.here;
    for (let j = 0; j < columns.length; j++) columns[j] = from === undefined ? 0 : (reached[j]! * factor) / from;
    const final = factor === 1;
    const wanted = final ? tolerance : Math.max(tolerance, stageTolerance);
    const most = Math.min(stageSteps, maxIterations - iterations);
    const taken = stage(room, factor, { tolerance: wanted, maxIterations: most });
    error = room.here.error;
    iterations += Math.max(1, taken);
    whole = final;
    if (error <= wanted) {
      if (final) break;
      from = factor;
      reached.set(room.here.columns);
    } else {
      // A stage that ended near the solution is at rounding, and no shorter way would bring it further.
      if (from === undefined || growth < leastGrowth || (final && error < 1e3 * tolerance)) break;
      growth = Math.sqrt(growth);
    }
    factor = Math.min(1, from * growth);
  }
  return { columns: room.here.columns, error: whole ? error : Number.POSITIVE_INFINITY, iterations };
}
