import type { LinearAlgebra } from "../../foundation/linear-algebra/index.js";
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
  /** √w_i times the share of key j in row i, by key: shape [m, m], entry [j, i]. */
  readonly byKey: Float64Array;
  readonly missing: Float64Array;
  readonly error: number;
}

function planAt(scores: Float64Array, factor: number, weights: Float64Array, g: Float64Array): Plan {
  const m = weights.length;
  const byKey = new Float64Array(m * m);
  const missing = weights.slice();
  const row = new Float64Array(m);
  for (let i = 0; i < m; i++) {
    let greatest = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < m; j++) {
      row[j] = factor * scores[i * m + j]! + g[j]!;
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
  return { byKey, missing, error: missing.reduce((sum, one) => sum + Math.abs(one), 0) };
}

const inner = (a: Float64Array, b: Float64Array): number => a.reduce((sum, one, j) => sum + one * b[j]!, 0);

/** Newton's step: the semi-dual Σw_jg_j + Σw_if_i(g) has the gradient w − c and minus a Laplacian as its Hessian. */
function direction({ byKey, missing }: Plan, weights: Float64Array, update: RankUpdate): Float64Array {
  const m = weights.length;
  const joint = new Float64Array(m * m);
  update(byKey, m, m, 1, 0, joint);
  const step = solveLaplacian(joint, missing);
  const mean = inner(weights, step);
  return step.map((value) => value - mean);
}

/** Newton's method at one factor of the scores, each step halved until it no longer goes far beyond the maximum. */
function stage(
  scores: Float64Array,
  factor: number,
  weights: Float64Array,
  start: Float64Array,
  { tolerance, maxIterations }: ScalingLimits,
  update: RankUpdate,
): NewtonScaling {
  let g = start;
  let plan = planAt(scores, factor, weights, g);
  let iterations = 0;
  while (plan.error > tolerance && iterations < maxIterations) {
    iterations++;
    const step = direction(plan, weights, update);
    const slope = inner(plan.missing, step);
    let next: { g: Float64Array; plan: Plan } | undefined;
    for (let halvings = 0, length = 1; halvings <= mostHalvings; halvings++, length /= 2) {
      const there = g.map((value, j) => value + length * step[j]!);
      const found = planAt(scores, factor, weights, there);
      if (found.error > 0.5 * plan.error && !(inner(found.missing, step) >= -0.5 * slope)) continue;
      next = { g: there, plan: found };
      break;
    }
    // Also where rounding is all that is left.
    if (next === undefined || !(slope > 0)) break;
    ({ g, plan } = next);
  }
  return { columns: g, error: plan.error, iterations };
}

/**
 * The scaling of e^{scores} to both marginals w by Newton's method on the concave semi-dual, the scores grown from an easy
 * range to their own by factors of two, less where that fails: quadratic where alternating sweeps crawl.
 *
 * @param scores ⟨Qx_i, Ky_j⟩/ε, shape [m, m]
 * @param weights w > 0, [m]
 * @returns whatever was reached; its error is ∞ where the way ended before the scores themselves
 * @cost an iteration: m² exponentials for each trial, and 4m³/3 multiply-adds; memory 3m²
 * @accuracy error as stated; attention/sinkhorn/newton.test.ts
 * @source derived (gradient and Hessian of the semi-dual; continuation in ε)
 */
export function scaleByNewton(
  scores: Float64Array,
  weights: Float64Array,
  { tolerance, maxIterations }: ScalingLimits,
  update: RankUpdate,
): NewtonScaling {
  const range = scores.reduce((most, one) => Math.max(most, 2 * Math.abs(one)), 0);
  let factor = Math.min(1, easyRange / range);
  let growth = 2;
  let reached: { factor: number; g: Float64Array } | undefined;
  let iterations = 0;
  let whole = false;
  let last: NewtonScaling = { columns: new Float64Array(weights.length), error: Number.POSITIVE_INFINITY, iterations };
  while (iterations < maxIterations) {
    const from = reached?.factor ?? factor;
    const start = reached?.g.map((value) => (value * factor) / from) ?? new Float64Array(weights.length);
    const final = factor === 1;
    const wanted = final ? tolerance : Math.max(tolerance, stageTolerance);
    const most = Math.min(stageSteps, maxIterations - iterations);
    last = stage(scores, factor, weights, start, { tolerance: wanted, maxIterations: most }, update);
    iterations += Math.max(1, last.iterations);
    whole = final;
    if (last.error <= wanted) {
      if (final) break;
      reached = { factor, g: last.columns };
    } else {
      // A stage that ended near the solution is at rounding, and no shorter way would bring it further.
      if (reached === undefined || growth < leastGrowth || (final && last.error < 1e3 * tolerance)) break;
      growth = Math.sqrt(growth);
    }
    factor = Math.min(1, reached.factor * growth);
  }
  return { ...last, error: whole ? last.error : Number.POSITIVE_INFINITY, iterations };
}
