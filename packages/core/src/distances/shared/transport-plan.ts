import { SolveError } from "../../foundation/errors/index.js";

/** An optimal transport plan between integer masses and the dual certificate that proves it. */
export interface Transport {
  /** Σ_ij flow_ij·cost[i, j]. */
  readonly cost: number;
  /** Shape [n, m], by column: flow[j·m + i] is the mass that goes from row i to column j. */
  readonly flow: Float64Array;
  /** Shape [m]: u with u_i + v_j ≤ cost[i, j] for all i, j, and equality where mass flows, up to rounding. */
  readonly rowPotential: Float64Array;
  /** Shape [n]: v. */
  readonly columnPotential: Float64Array;
}

/** Masses as integers, so that what is left of them is exact. */
export interface TransportProblem {
  /** Shape [m, n], finite. */
  readonly cost: Float64Array;
  /** Shape [m], non-negative integers. */
  readonly supply: Float64Array;
  /** Shape [n], non-negative integers with the same sum, below 2^53. */
  readonly demand: Float64Array;
}

/** Rounding of one update of a potential and of the reduced cost it stands in, in units of the greatest number among them. */
const roundings = 4;

/** What a plan leaves unproved. */
export interface TransportGap {
  /** ⟨(cost − u − v)⁺⟩ + max(u + v − cost)⁺ over the mass that flows: the mean cost is at most this much above the least. */
  readonly gap: number;
  /** What rounding can make of it: 4ε·(paths + 1)·max(|u|, |v|, |cost|). */
  readonly rounding: number;
  /** Whether every row and column has exactly its mass, and no flow is negative. */
  readonly complete: boolean;
}

const greatest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/**
 * How far a plan can be from the least cost, by weak duality: u_i + v_j ≤ cost[i, j] + violation for all pairs bounds every
 * plan's cost from below by Σ supply·u + Σ demand·v − mass·violation. Summed as Σ flow·(cost − u − v), so that nothing cancels.
 * @param paths updates of the potentials, each of which rounds
 * @cost O(m·n)
 * @source derived (linear programming duality)
 */
export function transportGap(
  { cost, supply, demand }: TransportProblem,
  found: Transport,
  paths: number,
): TransportGap {
  const [m, n] = [supply.length, demand.length];
  const { flow, rowPotential: u, columnPotential: v } = found;
  const rows = new Float64Array(m);
  let [slack, violation, mass, complete] = [0, 0, 0, true];
  for (let j = 0; j < n; j++) {
    let column = 0;
    for (let i = 0; i < m; i++) {
      const sent = flow[j * m + i]!;
      const reduced = cost[i * n + j]! - u[i]! - v[j]!;
      if (!(sent >= 0)) complete = false;
      rows[i]! += sent;
      column += sent;
      slack += sent * Math.max(0, reduced);
      violation = Math.max(violation, -reduced);
    }
    if (column !== demand[j]) complete = false;
    mass += column;
  }
  if (rows.some((sent, i) => sent !== supply[i])) complete = false;
  const unit = Math.max(greatest(cost), greatest(u), greatest(v));
  return {
    gap: (mass > 0 ? slack / mass : 0) + violation,
    rounding: roundings * Number.EPSILON * (paths + 1) * unit,
    complete,
  };
}

/**
 * Holds a plan to what transport() promises.
 * @throws SolveError no-convergence, where masses are not met exactly or the duality gap is more than rounding
 */
export function requireOptimal(problem: TransportProblem, found: Transport, paths: number): void {
  const { gap, rounding, complete } = transportGap(problem, found, paths);
  // As a sum of products gap is NaN where a cost is; that is no proof either.
  if (complete && gap <= rounding) return;
  throw new SolveError({
    code: "no-convergence",
    who: "transport",
    rule: complete
      ? `the mean cost of the plan must be that of its dual to rounding (${rounding.toExponential(1)})`
      : "the plan must send from every point and to every point exactly its mass",
    got: complete ? `a duality gap of ${gap.toExponential(1)}` : "other masses",
    fix: "The distance is not known: report these laws",
    details: { gap, rounding, paths },
  });
}
