import { SolveError } from "../../foundation/errors/index.js";
import { requireOptimal, type Transport, type TransportProblem } from "./transport-plan.js";

interface State {
  readonly m: number;
  readonly n: number;
  readonly cost: Float64Array;
  readonly supply: Float64Array;
  readonly demand: Float64Array;
  readonly flow: Float64Array;
  readonly u: Float64Array;
  readonly v: Float64Array;
}

/** Search tree of one augmentation: where each row and column was first reached from, and at what distance. */
interface Tree {
  readonly rowDistance: Float64Array;
  readonly rowFrom: Int32Array;
  readonly columnDistance: Float64Array;
  readonly columnFrom: Int32Array;
  readonly settled: Uint8Array;
}

/** Feasible potentials, and flow along the pairs they make tight. */
function start(state: State): void {
  const { m, n, cost, supply, demand, flow, u, v } = state;
  for (let j = 0; j < n; j++) {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < m; i++) least = Math.min(least, cost[i * n + j]!);
    v[j] = least;
  }
  for (let i = 0; i < m; i++) {
    let best = 0;
    for (let j = 1; j < n; j++) if (cost[i * n + j]! - v[j]! < cost[i * n + best]! - v[best]!) best = j;
    u[i] = cost[i * n + best]! - v[best]!;
    const mass = Math.min(supply[i]!, demand[best]!);
    flow[best * m + i] = mass;
    supply[i]! -= mass;
    demand[best]! -= mass;
  }
}

function reachRow({ n, cost, u, v }: State, tree: Tree, i: number, at: number, from: number): void {
  tree.rowDistance[i] = at;
  tree.rowFrom[i] = from;
  const own = u[i]!;
  for (let j = 0; j < n; j++) {
    // A reduced cost is ≥ 0 but for rounding, which would feed on itself from path to path where many costs tie.
    const value = Math.max(0, cost[i * n + j]! - v[j]! - own) + at;
    if (value < tree.columnDistance[j]! && tree.settled[j] === 0) {
      tree.columnDistance[j] = value;
      tree.columnFrom[j] = i;
    }
  }
}

function nearestColumn({ n, demand }: State, { columnDistance, settled }: Tree): number {
  let best = -1;
  for (let j = 0; j < n; j++) {
    if (settled[j] !== 0) continue;
    const gap = best < 0 ? -1 : columnDistance[j]! - columnDistance[best]!;
    if (gap < 0 || (gap === 0 && demand[j]! > 0)) best = j;
  }
  return best;
}

/** Grows the tree from one row until a column with demand left is nearest; returns it. */
function search(state: State, tree: Tree, source: number): number {
  const { m, demand, flow } = state;
  tree.rowDistance.fill(Number.POSITIVE_INFINITY);
  tree.columnDistance.fill(Number.POSITIVE_INFINITY);
  tree.settled.fill(0);
  reachRow(state, tree, source, 0, -1);
  for (;;) {
    const j = nearestColumn(state, tree);
    tree.settled[j] = 1;
    if (demand[j]! > 0) return j;
    const at = tree.columnDistance[j]!;
    for (let i = 0; i < m; i++) {
      if (flow[j * m + i]! > 0 && tree.rowDistance[i] === Number.POSITIVE_INFINITY) reachRow(state, tree, i, at, j);
    }
  }
}

function updatePotentials({ m, n, u, v }: State, tree: Tree, reached: number): void {
  for (let i = 0; i < m; i++) if (tree.rowDistance[i]! < reached) u[i]! += reached - tree.rowDistance[i]!;
  for (let j = 0; j < n; j++) if (tree.settled[j] === 1) v[j]! -= reached - tree.columnDistance[j]!;
}

/** Sends as much as fits along the tree's path to `sink`. */
function push({ m, supply, demand, flow }: State, { rowFrom, columnFrom }: Tree, source: number, sink: number): void {
  let mass = Math.min(supply[source]!, demand[sink]!);
  for (let i = columnFrom[sink]!; i !== source; i = columnFrom[rowFrom[i]!]!) {
    mass = Math.min(mass, flow[rowFrom[i]! * m + i]!);
  }
  supply[source]! -= mass;
  demand[sink]! -= mass;
  for (let j = sink; ; ) {
    const i = columnFrom[j]!;
    flow[j * m + i]! += mass;
    if (i === source) return;
    j = rowFrom[i]!;
    flow[j * m + i]! -= mass;
  }
}

/** Paths beyond this many per point were never seen; the search takes one to three. */
const pathsPerPoint = 1000;

/**
 * The transport plan of least cost, min Σ flow_ij cost[i, j] over flow ≥ 0 with row sums `supply` and column sums
 * `demand`, by successive shortest paths. Integer masses make every step exact, so it always ends.
 * @throws SolveError no-convergence, where the potentials do not prove the plan (never seen)
 * @cost O(paths·m·n), one to three paths per point; memory 8·m·n bytes
 * @accuracy duality gap at most rounding, checked at the end of every call; 1e-12 of the cost (transport.test.ts)
 * @source derived (linear programming duality)
 */
export function transport(problem: TransportProblem): Transport {
  const [m, n] = [problem.supply.length, problem.demand.length];
  const state: State = {
    m,
    n,
    cost: problem.cost,
    supply: problem.supply.slice(),
    demand: problem.demand.slice(),
    flow: new Float64Array(m * n),
    u: new Float64Array(m),
    v: new Float64Array(n),
  };
  const tree: Tree = {
    rowDistance: new Float64Array(m),
    rowFrom: new Int32Array(m),
    columnDistance: new Float64Array(n),
    columnFrom: new Int32Array(n),
    settled: new Uint8Array(n),
  };
  start(state);
  let paths = 0;
  for (let source = 0; source < m; source++) {
    while (state.supply[source]! > 0) {
      if (paths++ > pathsPerPoint * (m + n)) refuseToGoOn(paths);
      const sink = search(state, tree, source);
      updatePotentials(state, tree, tree.columnDistance[sink]!);
      push(state, tree, source, sink);
    }
  }
  let total = 0;
  for (let j = 0; j < n; j++) for (let i = 0; i < m; i++) total += state.flow[j * m + i]! * problem.cost[i * n + j]!;
  const found = { cost: total, flow: state.flow, rowPotential: state.u, columnPotential: state.v };
  requireOptimal(problem, found, paths);
  return found;
}

function refuseToGoOn(paths: number): never {
  throw new SolveError({
    code: "no-convergence",
    who: "transport",
    rule: `the plan must be complete after ${pathsPerPoint} paths per point`,
    got: `${paths} paths`,
    fix: "Report these laws",
    details: { paths },
  });
}
