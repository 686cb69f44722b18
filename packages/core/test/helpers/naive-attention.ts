import type { KernelDescription, KernelHead, Visibility } from "../../src/foundation/backend/index.js";
import type { WeightedPoints } from "../../src/foundation/shapes/index.js";

/** aᵀMb. */
function form(a: Float64Array, matrix: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++)
    for (let j = 0; j < b.length; j++) sum += a[i]! * matrix[i * b.length + j]! * b[j]!;
  return sum;
}

/** w(x, y), one formula per kind of weight. */
function weightOf(weight: KernelDescription["weight"], head: KernelHead, x: Float64Array, y: Float64Array): number {
  const s = form(y, head.queryKey, x);
  switch (weight) {
    case "exponential":
      return Math.exp(head.beta * s);
    case "shifted-exponential":
      return Math.exp(head.beta * (s - 1));
    case "gaussian":
      return Math.exp(-head.beta * (form(x, head.queryGram!, x) - 2 * s + form(y, head.keyGram!, y)));
    case "sigmoid":
      return 1 / (1 + Math.exp(-head.beta * s - (head.bias ?? 0)));
    case "linear":
      return head.beta * s;
  }
}

/** Γ(x), log ∫w dμ and entropy written straight from the definition: no shift, no reuse, one pair at a time. */
export function naiveAttention(
  kernel: KernelDescription,
  source: WeightedPoints,
  queries: WeightedPoints,
  visibility: Visibility,
): { field: number[]; logPartition: number[]; entropy: number[] } {
  const { d } = source;
  const field = new Array<number>(queries.m * d).fill(0);
  const logPartition: number[] = [];
  const entropy: number[] = [];
  for (const head of kernel.heads) {
    const { value } = head;
    for (let i = 0; i < queries.m; i++) {
      const weights: number[] = [];
      for (let j = 0; j < source.m; j++) {
        const x = queries.points.subarray(i * d, (i + 1) * d);
        const y = source.points.subarray(j * d, (j + 1) * d);
        const log = visibility.dense ? 0 : visibility.logWeight(queries.positions![i]!, source.positions![j]!);
        const potential = head.keyPotential?.[j] ?? 0;
        weights.push(source.weights[j]! * weightOf(kernel.weight, head, x, y) * Math.exp(potential + log));
      }
      const total = weights.reduce((a, b) => a + b, 0);
      logPartition.push(Math.log(total));
      entropy.push(weights.reduce((sum, w) => sum - (w > 0 ? (w / total) * Math.log(w / total) : 0), 0));
      const divisor = kernel.normalisation === "partition" ? total : 1;
      for (let a = 0; a < d; a++) {
        for (let b = 0; b < d; b++) {
          for (let j = 0; j < source.m; j++) {
            field[i * d + a]! += (value[a * d + b]! * weights[j]! * source.points[j * d + b]!) / divisor;
          }
        }
      }
    }
  }
  return { field, logPartition, entropy };
}
