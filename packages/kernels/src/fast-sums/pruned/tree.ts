/** Keys in blocks: a binary tree of boxes, its leaves runs of at most `leafSize` keys. Node 0 is the root. */
export interface KeyTree {
  readonly d: number;
  /** Keys reordered so that every node is a run, without those of no mass; shape [m, d]. */
  readonly points: Float64Array;
  readonly masses: Float64Array;
  /** First key of each node, and one past its last. */
  readonly first: Int32Array;
  readonly end: Int32Array;
  /** The right child; 0 for a leaf. The left child is the next node. */
  readonly right: Int32Array;
  /** Least and greatest coordinates, shape [nodes, d]. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Centre of mass, shape [nodes, d], and log of the mass. */
  readonly centre: Float64Array;
  readonly logMass: Float64Array;
}

export const leafSize = 32;

/** Reorders order[from … to) so that its middle entry is the median by coordinate: Hoare's quickselect. */
function splitAtMedian(order: Int32Array, from: number, to: number, at: (j: number) => number): number {
  const middle = (from + to) >> 1;
  let [low, high] = [from, to - 1];
  while (low < high) {
    const pivot = at(order[(low + high) >> 1]!);
    let [i, j] = [low, high];
    while (i <= j) {
      while (at(order[i]!) < pivot) i++;
      while (at(order[j]!) > pivot) j--;
      if (i > j) break;
      [order[i], order[j]] = [order[j]!, order[i]!];
      i++;
      j--;
    }
    if (middle <= j) high = j;
    else if (middle >= i) low = i;
    else break;
  }
  return middle;
}

/** Bounds, mass and centre of a node's keys. */
function measure(tree: KeyTree, node: number): void {
  const { d, points, masses } = tree;
  let mass = 0;
  for (let a = 0; a < d; a++) {
    let [low, high, moment] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
    mass = 0;
    for (let j = tree.first[node]!; j < tree.end[node]!; j++) {
      const value = points[j * d + a]!;
      if (value < low) low = value;
      if (value > high) high = value;
      moment += masses[j]! * value;
      mass += masses[j]!;
    }
    tree.low[node * d + a] = low;
    tree.high[node * d + a] = high;
    tree.centre[node * d + a] = moment / mass;
  }
  tree.logMass[node] = Math.log(mass);
}

/** The widest coordinate of a run of keys. */
function widest(points: Float64Array, d: number, order: Int32Array, from: number, to: number): number {
  let [best, axis] = [-1, 0];
  for (let a = 0; a < d; a++) {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let k = from; k < to; k++) {
      const value = points[order[k]! * d + a]!;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (high - low > best) [best, axis] = [high - low, a];
  }
  return axis;
}

/**
 * Halves the keys at the median of their widest coordinate until the blocks are small.
 * @cost O(m log m·d); memory O(m·d)
 */
export function buildTree(keys: Float64Array, masses: Float64Array, m: number, d: number): KeyTree {
  const order = Int32Array.from({ length: m }, (_, j) => j).filter((j) => masses[j]! > 0);
  const first: number[] = [];
  const end: number[] = [];
  const right: number[] = [];
  const divide = (from: number, to: number): void => {
    const node = first.push(from) - 1;
    end.push(to);
    right.push(0);
    if (to - from <= leafSize) return;
    const axis = widest(keys, d, order, from, to);
    const middle = splitAtMedian(order, from, to, (j) => keys[j * d + axis]!);
    divide(from, middle);
    right[node] = first.length;
    divide(middle, to);
  };
  divide(0, order.length);
  const nodes = first.length;
  const tree: KeyTree = {
    d,
    points: new Float64Array(order.length * d),
    masses: new Float64Array(order.length),
    first: Int32Array.from(first),
    end: Int32Array.from(end),
    right: Int32Array.from(right),
    low: new Float64Array(nodes * d),
    high: new Float64Array(nodes * d),
    centre: new Float64Array(nodes * d),
    logMass: new Float64Array(nodes),
  };
  for (const [k, j] of order.entries()) {
    tree.masses[k] = masses[j]!;
    for (let a = 0; a < d; a++) tree.points[k * d + a] = keys[j * d + a]!;
  }
  for (let node = 0; node < nodes; node++) measure(tree, node);
  return tree;
}
