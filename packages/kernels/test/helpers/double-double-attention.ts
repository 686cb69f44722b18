import type { KernelDescription, KernelHead } from "@meanfield/core/foundation/backend";
import type { WeightedPoints } from "@meanfield/core/foundation/shapes";

/** An unevaluated sum high + low of float64, 106 bits. */
type Double = readonly [high: number, low: number];

const splitter = 2 ** 27 + 1;

function twoSum(a: number, b: number): Double {
  const sum = a + b;
  const back = sum - a;
  return [sum, a - (sum - back) + (b - back)];
}

/** a·b exactly (Dekker), for |a|, |b| < 2^990. */
function twoProduct(a: number, b: number): Double {
  const product = a * b;
  const aHigh = splitter * a - (splitter * a - a);
  const bHigh = splitter * b - (splitter * b - b);
  const [aLow, bLow] = [a - aHigh, b - bHigh];
  return [product, aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow];
}

function add([a, aLow]: Double, [b, bLow]: Double): Double {
  const [sum, error] = twoSum(a, b);
  return twoSum(sum, error + aLow + bLow);
}

function times([a, aLow]: Double, b: number): Double {
  const [product, error] = twoProduct(a, b);
  return twoSum(product, error + aLow * b);
}

/** factor·xᵀMy in double-double. */
function form(factor: number, x: Float64Array, matrix: Float64Array, y: Float64Array): Double {
  let sum: Double = [0, 0];
  for (let a = 0; a < x.length; a++) {
    for (let b = 0; b < y.length; b++) {
      const entry = matrix[a * y.length + b]!;
      if (entry !== 0) sum = add(sum, times(times(twoProduct(entry, x[a]!), y[b]!), factor));
    }
  }
  return sum;
}

function scoreOf(kernel: KernelDescription, head: KernelHead, x: Float64Array, y: Float64Array): Double {
  const { beta } = head;
  const pair = form(kernel.weight === "gaussian" ? 2 * beta : beta, y, head.queryKey, x);
  if (kernel.weight === "shifted-exponential") return add(pair, [-beta, 0]);
  if (kernel.weight !== "gaussian") return pair;
  return add(add(pair, form(-beta, x, head.queryGram!, x)), form(-beta, y, head.keyGram!, y));
}

/** One head at one query. */
export interface ExactField {
  /** Ñ/Z, shape [d]: the weighted mean of the keys. */
  readonly mean: Float64Array;
  readonly logPartition: number;
}

/**
 * Mean and log-partition of one head with exponential weights at one query: scores in double-double, compensated sums.
 * What is left is the rounding of exp and of one product per key: below 4·2⁻⁵³ relative.
 */
export function exactField(
  kernel: KernelDescription,
  head: KernelHead,
  source: WeightedPoints,
  x: Float64Array,
): ExactField {
  const { m, d, points, weights } = source;
  const scores = Array.from({ length: m }, (_, j): Double => {
    const own = scoreOf(kernel, head, x, points.subarray(j * d, (j + 1) * d));
    return add(own, [head.keyPotential?.[j] ?? 0, 0]);
  });
  const unit = scores.reduce(
    (most, [high], j) => (weights[j]! > 0 ? Math.max(most, high) : most),
    Number.NEGATIVE_INFINITY,
  );
  let total: Double = [0, 0];
  const mean: Double[] = Array.from({ length: d }, () => [0, 0]);
  for (let j = 0; j < m; j++) {
    if (weights[j] === 0) continue;
    const [high, low] = add(scores[j]!, [-unit, 0]);
    const weight = weights[j]! * Math.exp(high) * (1 + low);
    total = add(total, [weight, 0]);
    for (let a = 0; a < d; a++) mean[a] = add(mean[a]!, twoProduct(weight, points[j * d + a]!));
  }
  return {
    mean: Float64Array.from(mean, ([high]) => high / total[0]),
    logPartition: unit + Math.log(total[0]),
  };
}
