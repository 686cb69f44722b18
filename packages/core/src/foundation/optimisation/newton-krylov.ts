import { frobeniusNorm } from "../linear-algebra/index.js";
import { requirePositiveInteger, requireStart, requireTolerance } from "./check.js";
import type { OptimisationStatus, Root, RootOptions, RootProblem } from "./contract.js";
import { gmres } from "./gmres.js";
import { addScaled } from "./vector.js";

const maxHalvings = 30;

/** Sufficient decrease of ‖F‖ in the backtracking, and the bounds of the forcing term. */
const decrease = 1e-4;
const loosest = 0.1;
const tightest = 1e-6;

/**
 * A zero of F by Newton's method with GMRES for the steps and backtracking on ‖F‖₂, which therefore never increases.
 * Near a continuum of zeros the Jacobian is singular: steps then are those of least residual in the Krylov space.
 * @param problem x0 (n), residual, and jacobianVector where one is known (forward differences otherwise)
 * @param options tolerance, maxIterations, krylovDimension, cancel
 * @returns the best point with its status; failures of the numerics are statuses
 * @throws empty, not-finite (x0), out-of-range (options)
 * @cost at most krylovDimension products per step, O(n·krylovDimension) memory
 * @accuracy ‖F‖ to the tolerance; quadratic end on regular zeros (newton-krylov.test.ts)
 * @source Eisenstat and Walker, SIAM J. Sci. Comput. 17 (1996), choice 2 of the forcing term
 */
export function newtonKrylov(problem: RootProblem, options: RootOptions = {}): Root {
  const who = "newtonKrylov";
  const n = problem.x0.length;
  const { tolerance = 1e-10, maxIterations = 100, krylovDimension = Math.min(n, 60), cancel } = options;
  requireStart(who, problem.x0);
  requireTolerance(who, "tolerance", tolerance);
  requirePositiveInteger(who, "maxIterations", maxIterations);
  requirePositiveInteger(who, "krylovDimension", krylovDimension);
  let x = problem.x0.slice();
  let residual = new Float64Array(n);
  problem.residual(x, residual);
  let norm = frobeniusNorm(residual);
  let [evaluations, jacobianProducts, iterations, forcing] = [1, 0, 0, loosest];
  const end = (status: OptimisationStatus): Root => {
    return { status, x, residualNorm: norm, iterations, evaluations, jacobianProducts };
  };
  const apply = (v: Float64Array, out: Float64Array): void => {
    if (problem.jacobianVector !== undefined) {
      problem.jacobianVector(x, v, out);
      jacobianProducts++;
      return;
    }
    // v has norm 1; √eps·(1 + ‖x‖) balances rounding against curvature.
    const h = Math.sqrt(Number.EPSILON) * (1 + frobeniusNorm(x));
    const moved = x.slice();
    addScaled(moved, h, v);
    problem.residual(moved, out);
    evaluations++;
    for (let i = 0; i < n; i++) out[i] = (out[i]! - residual[i]!) / h;
  };
  if (!Number.isFinite(norm)) return end("not-finite");
  while (norm > tolerance) {
    if (cancel?.aborted === true) return end("cancelled");
    if (iterations >= maxIterations) return end("max-iterations");
    const target = Math.min(loosest, Math.max(forcing, (0.5 * tolerance) / norm));
    const step = gmres(
      apply,
      residual.map((value) => -value),
      krylovDimension,
      target,
    );
    let accepted = false;
    let anyFinite = false;
    for (let halving = 0, length = 1; halving < maxHalvings && !accepted; halving++, length *= 0.5) {
      const moved = x.slice();
      addScaled(moved, length, step);
      const there = new Float64Array(n);
      problem.residual(moved, there);
      evaluations++;
      const size = frobeniusNorm(there);
      if (Number.isFinite(size)) anyFinite = true;
      if (!(size <= (1 - decrease * length) * norm)) continue;
      forcing = Math.max(tightest, 0.9 * (size / norm) ** 2);
      [x, residual, norm, accepted] = [moved, there, size, true];
    }
    if (!accepted) return end(refusal(anyFinite, x, step));
    iterations++;
  }
  return end("converged");
}

/** Why no step was accepted: none finite, a step at the rounding of x, or no descent. */
function refusal(anyFinite: boolean, x: Float64Array, step: Float64Array): OptimisationStatus {
  if (!anyFinite) return "not-finite";
  const small = frobeniusNorm(step) <= 16 * Number.EPSILON * frobeniusNorm(x);
  return small ? "stagnated" : "line-search-failed";
}
