import type { Workspace } from "@meanfield/core/foundation/workspace";

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
function splitAtMedian(
  order: Int32Array,
  from: number,
  to: number,
  { points, d, axis }: { readonly points: Float64Array; readonly d: number; readonly axis: number },
): number {
  const middle = (from + to) >> 1;
  let [low, high] = [from, to - 1];
  while (low < high) {
    const pivot = points[order[(low + high) >> 1]! * d + axis]!;
    let [i, j] = [low, high];
    while (i <= j) {
      while (points[order[i]! * d + axis]! < pivot) i++;
      while (points[order[j]! * d + axis]! > pivot) j--;
      if (i > j) break;
      const held = order[i]!;
      order[i] = order[j]!;
      order[j] = held;
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
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    let moment = 0;
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
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let k = from; k < to; k++) {
      const value = points[order[k]! * d + a]!;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (high - low > best) [best, axis] = [high - low, a];
  }
  return axis;
}

/** Nodes of a tree over `count` keys. */
function nodesOver(count: number): number {
  return count <= leafSize ? 1 : 1 + nodesOver(count >> 1) + nodesOver(count - (count >> 1));
}

/** The keys that have mass. */
function massive(masses: Float64Array, m: number, work: Workspace): Int32Array {
  let count = 0;
  for (let j = 0; j < m; j++) if (masses[j]! > 0) count++;
  const order = work.integers(count);
  for (let j = 0, k = 0; j < m; j++) if (masses[j]! > 0) order[k++] = j;
  return order;
}

/** Makes the node `node` of order[from … to) and all below it. @returns the node after them */
function divide(tree: KeyTree, keys: Float64Array, order: Int32Array, node: number, from: number, to: number): number {
  const { d } = tree;
  tree.first[node] = from;
  tree.end[node] = to;
  if (to - from <= leafSize) return node + 1;
  const axis = widest(keys, d, order, from, to);
  const middle = splitAtMedian(order, from, to, { points: keys, d, axis });
  const right = divide(tree, keys, order, node + 1, from, middle);
  tree.right[node] = right;
  return divide(tree, keys, order, right, middle, to);
}

/**
 * Halves the keys at the median of their widest coordinate until the blocks are small.
 * @param work where the tree lies
 * @cost O(m log m·d); memory O(m·d)
 */
export function buildTree(keys: Float64Array, masses: Float64Array, m: number, d: number, work: Workspace): KeyTree {
  const order = massive(masses, m, work);
  const nodes = nodesOver(order.length);
  const tree: KeyTree = {
    d,
    points: work.floats(order.length * d),
    masses: work.floats(order.length),
    first: work.integers(nodes),
    end: work.integers(nodes),
    right: work.integers(nodes),
    low: work.floats(nodes * d),
    high: work.floats(nodes * d),
    centre: work.floats(nodes * d),
    logMass: work.floats(nodes),
  };
  divide(tree, keys, order, 0, 0, order.length);
  for (let k = 0; k < order.length; k++) {
    const j = order[k]!;
    tree.masses[k] = masses[j]!;
    for (let a = 0; a < d; a++) tree.points[k * d + a] = keys[j * d + a]!;
  }
  for (let node = 0; node < nodes; node++) measure(tree, node);
  return tree;
}
