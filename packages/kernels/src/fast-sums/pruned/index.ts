import type { Workspace } from "@meanfield/core/foundation/workspace";
import { type ExponentialSum, type FastMethod, type Plan, type SumBlock, unitRoundoff } from "../contract.js";
import { buildTree, type KeyTree, leafSize } from "./tree.js";
import { createWalk, type Walk, walkTree } from "./walk.js";

/** Queries that are tried out to foresee the work. */
const samples = 24;

/** q = Cx of query i into walk.q, and |x|² into walk.relative. */
function ask({ d, map, queries }: ExponentialSum, i: number, walk: Walk): void {
  let square = 0;
  for (let a = 0; a < d; a++) {
    let sum = 0;
    for (let b = 0; b < d; b++) sum += map[a * d + b]! * queries[i * d + b]!;
    walk.q[a] = sum;
    square += queries[i * d + a]! ** 2;
  }
  walk.relative[0] = square;
}

function normOf(values: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k]! * values[k]!;
  return Math.sqrt(sum);
}

/** Greatest |y_j|; NaN where a point is not finite. */
function greatestNorm({ m, d, keys }: ExponentialSum): number {
  let [greatest, probe] = [0, 0];
  for (let j = 0; j < m; j++) {
    let square = 0;
    for (let a = 0; a < d; a++) square += keys[j * d + a]! ** 2;
    if (square > greatest) greatest = square;
    probe += square;
  }
  return Number.isFinite(probe) ? Math.sqrt(greatest) : Number.NaN;
}

/** Everything the sums of one plan share. */
interface Pruning {
  readonly sum: ExponentialSum;
  readonly tree: KeyTree;
  readonly radius: number;
  readonly mapNorm: number;
  readonly share: number;
}

/** Rounding of a score, times 2 for its bound and for the box. */
const scoreRounding = (d: number, size: number): number => 2 * (d + 2) * unitRoundoff * size;

/** The sum of query i into `walk`, with the bound of its relative error. */
function sumQuery({ sum, tree, radius, mapNorm, share }: Pruning, i: number, walk: Walk): void {
  ask(sum, i, walk);
  // ‖C‖|x| ≥ |q|, with the roundings of the product.
  const size = mapNorm * Math.sqrt(walk.relative[0]!) * radius;
  const rounding = scoreRounding(sum.d, size);
  walk.logShare[0] = Math.log(share / sum.mass) - 4 * rounding - 1e-12;
  walkTree(tree, walk);
  const roundings = leafSize + 2 * walk.leaves + 8;
  walk.relative[0] = 1.01 * (share + Math.expm1(rounding) + roundings * unitRoundoff);
}

/** Mean work of a few queries spread over all, in multiply-adds. */
function foresee(pruning: Pruning, walk: Walk): Plan["work"] {
  const { sum } = pruning;
  const step = Math.max(1, Math.floor(sum.count / samples));
  let [work, asked] = [0, 0];
  for (let i = 0; i < sum.count; i += step) {
    sumQuery(pruning, i, walk);
    // An exponential costs about ten multiply-adds.
    work += walk.leaves * leafSize * (2 * sum.d + 12) + walk.visits * (2 * sum.d + 4);
    asked++;
  }
  return { before: 0, perQuery: work / asked };
}

function plan(sum: ExponentialSum, accuracy: number, work: Workspace): Plan | string {
  if (sum.count === 0) return "pruned needs a query";
  const radius = greatestNorm(sum);
  const mapNorm = normOf(sum.map);
  const reach = normOf(sum.queries);
  if (!Number.isFinite(radius * mapNorm * reach * reach)) return "pruned needs finite points";
  const share = accuracy / 8;
  const tree = sum.shared("pruned", () => buildTree(sum.keys, sum.masses, sum.m, sum.d, work));
  const pruning: Pruning = { sum, tree, radius, mapNorm, share };
  const walk = createWalk(sum.d, work);
  return {
    work: foresee(pruning, walk),
    scoreError: 0,
    pointError: 0,
    prepare() {},
    evaluate(begin: number, size: number, out: SumBlock) {
      for (let row = 0; row < size; row++) {
        sumQuery(pruning, begin + row, walk);
        const relative = walk.relative[0]!;
        out.total[row] = walk.total[0]!;
        out.mean.set(walk.mean, row * sum.d);
        out.unit[row] = walk.unit[0]!;
        out.totalError[row] = relative * walk.total[0]!;
        out.meanError[row] = relative * walk.total[0]! * radius;
      }
    },
  };
}

/**
 * Any d, large β: the exact sum over the blocks of a kd-tree that can matter, skipping a block when
 * max_box⟨q, y⟩ ≤ log Z + log(share), share = accuracy/8 of the total weight for all skipped blocks together.
 *
 * @cost O(m log m·d) for the tree; per query the keys within about log(8/accuracy) nat of the greatest score
 * @accuracy certified; contract.test.ts against double-double sums
 * @source derived (docs/kernels-fast-sums.md)
 */
export const pruned: FastMethod = { name: "pruned", planning: 1500, plan };
