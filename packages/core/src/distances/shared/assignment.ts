/** An optimal assignment and the dual certificate that proves it. */
export interface Assignment {
  /** Σ_i cost[i, columnOf[i]]. */
  readonly cost: number;
  /** Shape [n]: the column of each row. */
  readonly columnOf: Int32Array;
  /** Shape [n]: u with u_i + v_j ≤ cost[i, j] for all i, j, and equality on the assignment, up to rounding. */
  readonly rowPotential: Float64Array;
  /** Shape [n]: v. */
  readonly columnPotential: Float64Array;
}

interface State {
  readonly n: number;
  readonly cost: Float64Array;
  readonly v: Float64Array;
  readonly columnOf: Int32Array;
  readonly rowOf: Int32Array;
}

/** v_j = min_i cost[i, j], each row takes the last of the columns it is cheapest for; then single rows lower their own. */
function reduceColumns({ n, cost, v, columnOf, rowOf }: State): Int32Array {
  const matches = new Int32Array(n);
  for (let j = n - 1; j >= 0; j--) {
    let best = 0;
    for (let i = 1; i < n; i++) if (cost[i * n + j]! < cost[best * n + j]!) best = i;
    v[j] = cost[best * n + j]!;
    if (matches[best]!++ === 0) {
      columnOf[best] = j;
      rowOf[j] = best;
    }
  }
  const free: number[] = [];
  for (let i = 0; i < n; i++) {
    if (matches[i] === 0) free.push(i);
    if (matches[i] !== 1 || n === 1) continue;
    const own = columnOf[i]!;
    let least = Number.POSITIVE_INFINITY;
    for (let j = 0; j < n; j++) if (j !== own) least = Math.min(least, cost[i * n + j]! - v[j]!);
    v[own]! -= least - (cost[i * n + own]! - v[own]!);
  }
  return Int32Array.from(free);
}

/** Each free row takes its cheapest column and pushes out the owner, as long as a price falls. */
function reduceRows(state: State, free: Int32Array): Int32Array {
  const { n, cost, v, columnOf, rowOf } = state;
  const queue = Array.from(free).reverse();
  const left: number[] = [];
  // Prices fall by ever smaller steps when costs tie up to rounding: what is left after 4n rounds is for the exact search.
  for (let budget = 4 * n; queue.length > 0 && budget > 0; budget--) {
    const i = queue.pop()!;
    let [first, second, own, other] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, -1, -1];
    for (let j = 0; j < n; j++) {
      const value = cost[i * n + j]! - v[j]!;
      if (value < first) {
        [second, other] = [first, own];
        [first, own] = [value, j];
      } else if (value < second) [second, other] = [value, j];
    }
    const lowered = v[own]! - (second - first);
    const falls = lowered < v[own]!;
    if (falls) v[own] = lowered;
    else if (rowOf[own]! >= 0 && other >= 0) own = other;
    const owner = rowOf[own]!;
    if (owner >= 0) {
      columnOf[owner] = -1;
      if (falls) queue.push(owner);
      else left.push(owner);
    }
    columnOf[i] = own;
    rowOf[own] = i;
  }
  return Int32Array.from([...left, ...queue]);
}

interface Search {
  readonly distance: Float64Array;
  readonly previous: Int32Array;
  /** Columns, those already reached for good in front. */
  readonly columns: Int32Array;
}

/** Dijkstra's search from a free row to the nearest free column over reduced costs; prices and matching follow. */
function augment(state: State, search: Search, row: number): void {
  const { n, cost, v, columnOf, rowOf } = state;
  const { distance, previous, columns } = search;
  for (let j = 0; j < n; j++) columns[j] = j;
  distance.fill(Number.POSITIVE_INFINITY);
  let [i, offset, settled, reached, sink] = [row, 0, 0, 0, -1];
  while (sink < 0) {
    let place = settled;
    let least = Number.POSITIVE_INFINITY;
    for (let k = settled; k < n; k++) {
      const j = columns[k]!;
      const value = cost[i * n + j]! - v[j]! - offset;
      if (value < distance[j]!) {
        distance[j] = value;
        previous[j] = i;
      }
      // Among equally near columns a free one ends the search.
      if (distance[j]! < least || (distance[j] === least && rowOf[j]! < 0)) {
        least = distance[j]!;
        place = k;
      }
    }
    const j = columns[place]!;
    columns[place] = columns[settled]!;
    columns[settled++] = j;
    reached = least;
    if (rowOf[j]! < 0) sink = j;
    else {
      i = rowOf[j]!;
      offset = cost[i * n + j]! - v[j]! - reached;
    }
  }
  for (let k = 0; k < settled; k++) v[columns[k]!]! += distance[columns[k]!]! - reached;
  for (let j = sink; ; ) {
    const owner = previous[j]!;
    const next = columnOf[owner]!;
    rowOf[j] = owner;
    columnOf[owner] = j;
    if (owner === row) return;
    j = next;
  }
}

/**
 * The assignment of rows to columns of least total cost, min over permutations σ of Σ_i cost[i, σ(i)], by shortest
 * augmenting paths after a reduction of columns and rows (Jonker and Volgenant's scheme).
 * @param cost shape [n, n], finite
 * @param n number of rows, at least 1
 * @cost O(n³) at worst, memory O(n) beyond the cost; n = 2000 random points: 0.4 s in d = 16, 4 s in d = 2
 * @accuracy duality gap at most 1e-12 of the cost; equal to the best of all permutations (assignment.test.ts)
 * @source derived (linear programming duality)
 */
export function assignment(cost: Float64Array, n: number): Assignment {
  const state: State = {
    n,
    cost,
    v: new Float64Array(n),
    columnOf: new Int32Array(n).fill(-1),
    rowOf: new Int32Array(n).fill(-1),
  };
  const search: Search = {
    distance: new Float64Array(n),
    previous: new Int32Array(n),
    columns: new Int32Array(n),
  };
  const free = reduceRows(state, reduceColumns(state));
  for (const row of free) augment(state, search, row);
  const rowPotential = new Float64Array(n);
  let total = 0;
  for (let i = 0; i < n; i++) {
    const entry = cost[i * n + state.columnOf[i]!]!;
    rowPotential[i] = entry - state.v[state.columnOf[i]!]!;
    total += entry;
  }
  return { cost: total, columnOf: state.columnOf, rowPotential, columnPotential: state.v };
}
