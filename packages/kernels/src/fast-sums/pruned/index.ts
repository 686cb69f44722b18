import { frobeniusNorm, maxAbs } from "@meanfield/core/foundation/linear-algebra";
import type { Workspace } from "@meanfield/core/foundation/workspace";
import { type ExponentialSum, type FastMethod, type Plan, type SumBlock, unitRoundoff } from "../contract.js";
import { buildTree, type KeyTree, leafSize } from "./tree.js";
import { createWalk, type Walk, walkTree } from "./walk.js";

/** Queries that are tried out to foresee the work. */
const samples = 24;

/** Least mass, and least mass times the greatest |y_j|: a weight near it that decides a query still has all its digits. */
const leastMass = 1e-280;

/** q = Cx of query i into walk.q, and √d max|x_a| ≥ |x| into walk.relative. */
function ask({ d, map, queries }: ExponentialSum, i: number, walk: Walk): void {
  let greatest = 0;
  for (let a = 0; a < d; a++) {
    let sum = 0;
    for (let b = 0; b < d; b++) sum += map[a * d + b]! * queries[i * d + b]!;
    walk.q[a] = sum;
    greatest = Math.max(greatest, Math.abs(queries[i * d + a]!));
  }
  walk.relative[0] = Math.sqrt(d) * greatest;
}

/** Everything the sums of one plan share. */
interface Pruning {
  readonly sum: ExponentialSum;
  readonly tree: KeyTree;
  readonly mapNorm: number;
  readonly share: number;
}

/** Rounding of a score, times 2 for its bound and for the box. */
const scoreRounding = (d: number, size: number): number => 2 * (d + 2) * unitRoundoff * size;

/** The sum of query i into `walk`, with the bound of its relative error. */
function sumQuery({ sum, tree, mapNorm, share }: Pruning, i: number, walk: Walk): void {
  ask(sum, i, walk);
  // ‖C‖|x| ≥ |q|, with the roundings of the product.
  const size = mapNorm * walk.relative[0]! * sum.radius;
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
  const mapNorm = frobeniusNorm(sum.map);
  const reach = mapNorm * maxAbs(sum.queries) * sum.radius;
  if (!Number.isFinite(reach)) return "pruned needs finite points";
  const size = sum.radius === 0 ? 1 : Math.min(1, sum.radius);
  if (sum.masses.some((mass) => !(mass * size >= leastMass))) return `pruned needs masses above ${leastMass / size}`;
  const share = accuracy / 8;
  const tree = sum.shared("pruned", () => buildTree(sum.keys, sum.masses, sum.m, sum.d, work));
  const pruning: Pruning = { sum, tree, mapNorm, share };
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
        out.meanError[row] = relative * walk.total[0]! * sum.radius;
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
