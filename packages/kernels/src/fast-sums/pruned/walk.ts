import type { Workspace } from "@meanfield/core/foundation/workspace";
import { type KeyTree, leafSize } from "./tree.js";

/** The running sum of one query over the leaves it could not skip. */
export interface Walk {
  readonly q: Float64Array;
  readonly mean: Float64Array;
  readonly part: Float64Array;
  readonly scores: Float64Array;
  readonly stack: Int32Array;
  /** In arrays of one, as a number kept in an object takes memory whenever it changes: the sum, */
  readonly total: Float64Array;
  /** and the greatest score so far (nat). */
  readonly unit: Float64Array;
  /** log of the skipped mass's share per unit mass, margins for rounding included (nat): what a query asks for. */
  readonly logShare: Float64Array;
  /** Bound of the relative error of the sum: what a query gets. */
  readonly relative: Float64Array;
  /** Leaves summed, and nodes looked at. */
  leaves: number;
  visits: number;
}

export function createWalk(d: number, work: Workspace): Walk {
  const vector = () => work.floats(d);
  return {
    q: vector(),
    mean: vector(),
    part: vector(),
    scores: work.floats(leafSize),
    stack: work.integers(64),
    total: work.floats(1),
    unit: work.floats(1),
    logShare: work.floats(1),
    relative: work.floats(1),
    leaves: 0,
    visits: 0,
  };
}

/** Adds a leaf exactly; weights in the unit e^{unit}, raised as greater scores come. */
function addLeaf(tree: KeyTree, leaf: number, walk: Walk): void {
  const { d, points, masses } = tree;
  const { q, mean, part, scores } = walk;
  const from = tree.first[leaf]!;
  const to = tree.end[leaf]!;
  let greatest = Number.NEGATIVE_INFINITY;
  for (let j = from; j < to; j++) {
    let score = 0;
    for (let a = 0; a < d; a++) score += q[a]! * points[j * d + a]!;
    scores[j - from] = score;
    if (score > greatest) greatest = score;
  }
  if (greatest > walk.unit[0]!) {
    const shrink = Math.exp(walk.unit[0]! - greatest);
    walk.total[0]! *= shrink;
    for (let a = 0; a < d; a++) mean[a]! *= shrink;
    walk.unit[0] = greatest;
  }
  let sum = 0;
  part.fill(0);
  for (let j = from; j < to; j++) {
    const weight = masses[j]! * Math.exp(scores[j - from]! - walk.unit[0]!);
    sum += weight;
    for (let a = 0; a < d; a++) part[a]! += weight * points[j * d + a]!;
  }
  walk.total[0]! += sum;
  for (let a = 0; a < d; a++) mean[a]! += part[a]!;
  walk.leaves++;
}

const jensen = (tree: KeyTree, node: number, q: Float64Array): number => {
  let score = tree.logMass[node]!;
  for (let a = 0; a < tree.d; a++) score += q[a]! * tree.centre[node * tree.d + a]!;
  return score;
};

/** max ⟨q, y⟩ over a node's box. */
function boxMaximum(tree: KeyTree, node: number, q: Float64Array): number {
  let score = 0;
  for (let a = 0; a < tree.d; a++) {
    const value = q[a]!;
    score += value * (value > 0 ? tree.high[node * tree.d + a]! : tree.low[node * tree.d + a]!);
  }
  return score;
}

/**
 * Sums over every node whose keys may matter: a node is skipped when e^{max⟨q, y⟩} over its box is below
 * e^{logShare + bound}, bound ≤ log Z. By Jensen Σ a_j e^{⟨q, y_j⟩} ≥ a·e^{⟨q, centre⟩} on every node; the leaf with the
 * greatest such value is summed first and sharpens the bound.
 */
export function walkTree(tree: KeyTree, walk: Walk): void {
  const { q, stack } = walk;
  walk.mean.fill(0);
  walk.total[0] = 0;
  walk.unit[0] = Number.NEGATIVE_INFINITY;
  walk.leaves = 0;
  walk.visits = 0;
  let bound = jensen(tree, 0, q);
  let best = 0;
  while (tree.right[best]! !== 0) {
    const left = jensen(tree, best + 1, q);
    const right = jensen(tree, tree.right[best]!, q);
    best = left >= right ? best + 1 : tree.right[best]!;
    bound = Math.max(bound, Math.max(left, right));
  }
  addLeaf(tree, best, walk);
  bound = Math.max(bound, walk.unit[0]! + Math.log(walk.total[0]!));
  const threshold = bound + walk.logShare[0]!;
  let depth = 0;
  stack[depth++] = 0;
  while (depth > 0) {
    const node = stack[--depth]!;
    walk.visits++;
    if (node === best || boxMaximum(tree, node, q) <= threshold) continue;
    if (tree.right[node]! === 0) addLeaf(tree, node, walk);
    else {
      stack[depth++] = tree.right[node]!;
      stack[depth++] = node + 1;
    }
  }
}
