import type { Backend, FieldOutput, KernelDescription, Visibility } from "../../src/foundation/backend/index.js";
import type { WeightedPoints } from "../../src/foundation/shapes/index.js";

/** Every query sees every key. */
export const dense: Visibility = { dense: true, logWeight: () => 0, decay: 0 };

/** Sums of a few hundred terms of size one, in float64 or float32. */
export const slackOf = (backend: Backend): number => (backend.precision === "f64" ? 1e-12 : 2e-5);

/** One call of a backend. */
export type Problem = readonly [
  kernel: KernelDescription,
  source: WeightedPoints,
  queries: WeightedPoints,
  mask: Visibility,
];

/** What a backend answers to a problem, in arrays that were NaN before. */
export function compute(backend: Backend, [kernel, source, queries, mask]: Problem) {
  const size = kernel.heads.length * queries.m;
  const nan = (length: number) => new Float64Array(length).fill(Number.NaN);
  const positive = kernel.weight !== "linear";
  const out: FieldOutput & { field: Float64Array } = {
    field: nan(queries.m * source.d),
    ...(positive ? { logPartition: nan(size), entropy: nan(size) } : {}),
  };
  return { mine: backend.field(kernel, source, queries, mask, out), out };
}
