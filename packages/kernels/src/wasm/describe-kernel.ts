import type { FieldOutput, KernelDescription, KernelHead, Visibility } from "@meanfield/core/foundation/backend";
import { InputError } from "@meanfield/core/foundation/errors";
import { jobFlag, jobWeight } from "./job.js";
import type { Precision } from "./simd.js";

/** Scores whose exponentials can be summed as they are, in units of ln 2, with room for the sum; see `isSafe`. */
const safeRange = { f32: 96, f64: 960 } as const;
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

/** Scores, in units of ln 2, from which on 1/(1 + e^{−s}) is no longer a normal number. */
const vanishing = { f32: 115, f64: 1010 } as const;

/**
 * Whether sums of 1/(1 + e^{−s−b}) with |s| up to `scores` (in units of ln 2) can be told from 0: a field is right without,
 * its quotient and its logarithm are not.
 */
export function holdsLogarithms(
  precision: Precision,
  { weight, heads, normalisation }: KernelDescription,
  scores: number,
  { logPartition, entropy }: FieldOutput,
): boolean {
  if (weight !== "sigmoid") return true;
  if (normalisation !== "partition" && logPartition === undefined && entropy === undefined) return true;
  return heads.every(({ bias = 0 }) => scores + Math.abs(bias) * Math.LOG2E <= vanishing[precision]);
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
    (out.logPartition ? jobFlag.logPartition : 0) |
    (out.entropy ? jobFlag.entropy : 0) |
    (visibility.dense ? 0 : jobFlag.masked) |
    (visibility.dense || visibility.decay === 0 ? 0 : jobFlag.shift) |
    (kernel.normalisation === "partition" ? jobFlag.partition : 0) |
    (kernel.weight === "gaussian" ? jobFlag.queryForm : 0) |
    (isExponential(kernel) ? 0 : jobFlag.factor)
  );
}
