import type { FieldOutput, KernelDescription, KernelHead, Visibility } from "@meanfield/core/foundation/backend";
import { InputError } from "@meanfield/core/foundation/errors";
import { jobFlag, jobWeight } from "./job.js";
import type { Precision } from "./simd.js";

/** Scores whose exponentials can be summed as they are, in units of ln 2, with room for the sum; see `isSafe`. */
const safeRange = { f32: 64, f64: 512 } as const;
/** log2 of what is left for the number of keys times the greatest coordinate. */
const headroom = { f32: 30, f64: 60 } as const;

/** e^s and its kin, which are summed relative to the greatest. */
export const isExponential = (kernel: KernelDescription): boolean =>
  kernel.weight !== "sigmoid" && kernel.weight !== "linear";

export const weightOf = (kernel: KernelDescription): number =>
  kernel.weight === "sigmoid"
    ? jobWeight.sigmoid
    : kernel.weight === "linear"
      ? jobWeight.linear
      : jobWeight.exponential;

/** c of the score c·yᵀAx in the unit of the kernels: ln 2 for what is exponentiated. */
export function scoreFactor(kernel: KernelDescription, head: KernelHead): number {
  if (kernel.weight === "linear") return head.beta;
  return (kernel.weight === "gaussian" ? 2 : 1) * head.beta * Math.LOG2E;
}

/** A bound on ‖A‖₂: the least of ‖A‖_F and (‖A‖₁‖A‖_∞)^½. */
export function normBound(a: Float64Array, d: number): number {
  let squares = 0;
  let rows = 0;
  let columns = 0;
  for (let i = 0; i < d; i++) {
    let row = 0;
    let column = 0;
    for (let j = 0; j < d; j++) {
      squares += a[i * d + j]! ** 2;
      row += Math.abs(a[i * d + j]!);
      column += Math.abs(a[j * d + i]!);
    }
    rows = Math.max(rows, row);
    columns = Math.max(columns, column);
  }
  return Math.sqrt(Math.min(squares, rows * columns));
}

/** Whether exponentials of scores up to ±range and m keys of size up to `size` neither over- nor underflow in a sum. */
export function isSafe(precision: Precision, range: number, m: number, size: number): boolean {
  return range <= safeRange[precision] && Math.log2(m * Math.max(1, size)) <= headroom[precision];
}

/**
 * Least log-partition of sigmoids that can be trusted: 1/(1 + e^{−s}) is no less than the least normal number, e^{−87} or
 * e^{−708}, and as many of them as keys must not be told from nothing in the sum.
 */
const leastLogSum = { f32: -60, f64: -650 } as const;
/** Scores, in units of ln 2, up to which no quotient of sums of sigmoids can be that small. */
const leastLogit = { f32: 80, f64: 930 } as const;

/** Whether quotients of sums of 1/(1 + e^{−s−b}) are right, with |s| up to `scores` in units of ln 2; sums always are. */
export function holdsQuotients(
  precision: Precision,
  { weight, heads, normalisation }: KernelDescription,
  scores: number,
) {
  if (weight !== "sigmoid" || normalisation !== "partition") return true;
  return heads.every(({ bias = 0 }) => scores + Math.abs(bias) * Math.LOG2E <= leastLogit[precision]);
}

/** Whether logarithms are asked for that sigmoids may be too small for. */
export const asksLogarithms = ({ weight }: KernelDescription, { logPartition, entropy }: FieldOutput): boolean =>
  weight === "sigmoid" && (logPartition !== undefined || entropy !== undefined);

/** Whether `count` log-partitions from index `at` on are those of sums of sigmoids that are large enough. */
export function holdsLogarithms(precision: Precision, logPartition: Float64Array, at: number, count: number): boolean {
  for (let k = at; k < at + count; k++) if (!(logPartition[k]! >= leastLogSum[precision])) return false;
  return true;
}

/** What a call asks for, as flags. @throws incompatible as the reference does */
export function flagsOf(kernel: KernelDescription, visibility: Visibility, out: FieldOutput): number {
  const unsigned = kernel.weight !== "linear" || (out.logPartition === undefined && out.entropy === undefined);
  if (!unsigned) {
    throw new InputError({
      code: "incompatible",
      who: "linear attention",
      rule: "weights that may be negative have neither log-partition nor entropy",
      got: out.entropy === undefined ? "logPartition asked for" : "entropy asked for",
    });
  }
  return (
    (out.field ? jobFlag.field : 0) |
    (out.logPartition || asksLogarithms(kernel, out) ? jobFlag.logPartition : 0) |
    (out.entropy ? jobFlag.entropy : 0) |
    (visibility.dense ? 0 : jobFlag.masked) |
    (visibility.dense || visibility.decay === 0 ? 0 : jobFlag.shift) |
    (kernel.normalisation === "partition" ? jobFlag.partition : 0) |
    (kernel.weight === "gaussian" ? jobFlag.queryForm : 0) |
    (isExponential(kernel) ? 0 : jobFlag.factor)
  );
}
