import type { Backend, FieldOutput, KernelDescription, Visibility } from "@meanfield/core/foundation/backend";
import type { WeightedPoints } from "@meanfield/core/foundation/shapes";
import type { Workspace } from "@meanfield/core/foundation/workspace";
import { createBlock, productUnderflow, putBounds, type ValueScale } from "./certificate.js";
import type { Certified } from "./choose.js";
import { type SumBlock, unitRoundoff } from "./contract.js";
import type { ExponentialHead } from "./exponential-head.js";

/** Queries computed together: their sums stay in the cache. */
const blockSize = 1024;

/** Beyond e^{±700} an unnormalised field leaves the range of float64 soon; the definition decides what happens there, */
const largestUnit = 700;

/** and where the field itself would. */
const largestField = 1e300;

/** One head of a field to compute. */
export interface HeadTask {
  readonly kernel: KernelDescription;
  readonly index: number;
  readonly source: WeightedPoints;
  readonly queries: WeightedPoints;
  readonly visibility: Visibility;
  readonly out: FieldOutput;
  /** Where all arrays of a head lie that nobody needs after it. */
  readonly work: Workspace;
}

/** What came of it. */
export interface HeadReport {
  /** Greatest certified bound among the queries that the method computed. */
  readonly bound: number;
  /** Queries left to the direct sum. */
  readonly fallBacks: number;
}

/** field_i += scale·V·mean_i of row `row` of a block. */
function addValue(value: Float64Array, block: SumBlock, row: number, scale: number, field: Float64Array, i: number) {
  const d = block.mean.length / blockSize;
  for (let a = 0; a < d; a++) {
    let sum = 0;
    for (let b = 0; b < d; b++) sum += value[a * d + b]! * block.mean[row * d + b]!;
    field[i * d + a]! += scale * sum;
  }
}

/**
 * What an unnormalised field has besides: the exponential of the unit rounds by |unit| + 2 units, V·mean may underflow.
 * @returns ∞ where the field could leave the range of float64
 */
function ofUnit(scale: ValueScale, total: number, unit: number, d: number): number {
  const field = Math.exp(unit) * total;
  if (!(Math.abs(unit) <= largestUnit && field * scale.greatest <= largestField)) return Number.POSITIVE_INFINITY;
  return (Math.abs(unit) + 2) * 2 ** -51 + productUnderflow(scale, 1 / total, 1 / field, d);
}

/** What log ∫w dμ = log Z̃ + units loses by rounding: of two sums of the units, of the logarithm, and of the last sum. */
function logRounding(logTotal: number, sumUnit: number, headUnit: number, score: number): number {
  const units = Math.abs(sumUnit) + Math.abs(headUnit) + Math.abs(score);
  return unitRoundoff * (3 * units + 4 * Math.abs(logTotal));
}

/** Adds one head by its method, and by the direct sum where that is not certified to `accuracy`. */
export function addHead(
  task: HeadTask,
  head: ExponentialHead,
  { plan, scale, common }: Certified,
  accuracy: number,
  direct: Backend,
): HeadReport {
  const { kernel, index, source, queries, out, work } = task;
  const { value } = kernel.heads[index]!;
  const { d } = source;
  const partition = kernel.normalisation === "partition";
  const mark = work.mark();
  const failed = work.integers(queries.m);
  const block = createBlock(blockSize, d, work);
  const [bounds, scores] = [work.floats(blockSize), work.floats(blockSize)];
  let fallBacks = 0;
  let bound = 0;
  if (common <= accuracy) plan.prepare();
  for (let begin = 0; begin < queries.m; begin += blockSize) {
    const size = Math.min(blockSize, queries.m - begin);
    if (common <= accuracy) plan.evaluate(begin, size, block);
    else block.totalError.fill(Number.POSITIVE_INFINITY);
    putBounds(block, size, scale, common, bounds);
    head.putQueryScores(begin, size, scores);
    for (let row = 0; row < size; row++) {
      const i = begin + row;
      const unit = block.unit[row]! + head.unit + scores[row]!;
      const total = block.total[row]!;
      const factor = partition ? 1 / total : Math.exp(unit);
      const underflow = partition ? productUnderflow(scale, factor, 1, d) : ofUnit(scale, total, unit, d);
      const logTotal = out.logPartition ? Math.log(total) : 0;
      const rounding = out.logPartition ? logRounding(logTotal, block.unit[row]!, head.unit, scores[row]!) : 0;
      const own = bounds[row]! + underflow + rounding;
      if (!(own <= accuracy)) {
        failed[fallBacks++] = i;
        continue;
      }
      if (own > bound) bound = own;
      if (out.field) addValue(value, block, row, factor, out.field, i);
      if (out.logPartition) out.logPartition[index * queries.m + i] = unit + logTotal;
    }
  }
  addDirect(task, failed, fallBacks, direct);
  work.release(mark);
  return { bound, fallBacks };
}

/** Adds one head at the queries rows[0 … count) by the direct sum. */
function addDirect(task: HeadTask, rows: Int32Array, count: number, direct: Backend): void {
  if (count === 0) return;
  const { kernel, index, source, queries, visibility, out, work } = task;
  const { d } = source;
  const points = work.floats(count * d);
  const weights = work.floats(count);
  for (let k = 0; k < count; k++) {
    const i = rows[k]!;
    for (let a = 0; a < d; a++) points[k * d + a] = queries.points[i * d + a]!;
    weights[k] = queries.weights[i]!;
  }
  const part: { field?: Float64Array; logPartition?: Float64Array } = {};
  if (out.field) part.field = work.floats(count * d);
  if (out.logPartition) part.logPartition = work.floats(count);
  const alone = { ...kernel, heads: [kernel.heads[index]!] };
  direct.field(alone, source, { m: count, d, points, weights }, visibility, part);
  for (let k = 0; k < count; k++) {
    const i = rows[k]!;
    if (out.field && part.field) for (let a = 0; a < d; a++) out.field[i * d + a]! += part.field[k * d + a]!;
    if (out.logPartition && part.logPartition) out.logPartition[index * queries.m + i] = part.logPartition[k]!;
  }
}

/** Adds one head at every query by the direct sum. */
export function addWhole(task: HeadTask, direct: Backend): void {
  const { work, queries } = task;
  const mark = work.mark();
  const rows = work.integers(queries.m);
  for (let i = 0; i < queries.m; i++) rows[i] = i;
  addDirect(task, rows, queries.m, direct);
  work.release(mark);
}
