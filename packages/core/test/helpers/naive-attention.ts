import type { KernelDescription, Visibility } from "../../src/foundation/backend/index.js";
import type { WeightedPoints } from "../../src/foundation/shapes/index.js";

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
  for (const { beta, queryKey, value } of kernel.heads) {
    for (let i = 0; i < queries.m; i++) {
      const weights: number[] = [];
      for (let j = 0; j < source.m; j++) {
        let s = 0;
        for (let a = 0; a < d; a++) {
          for (let b = 0; b < d; b++)
            s += source.points[j * d + a]! * queryKey[a * d + b]! * queries.points[i * d + b]!;
        }
        const log = visibility.dense ? 0 : visibility.logWeight(queries.positions![i]!, source.positions![j]!);
        const shift = kernel.weight === "shifted-exponential" ? 1 : 0;
        weights.push(source.weights[j]! * Math.exp(beta * (s - shift)) * Math.exp(log));
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
