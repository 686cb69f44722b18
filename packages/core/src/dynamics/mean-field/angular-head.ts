import type { KernelDescription, KernelHead } from "../../foundation/backend/index.js";

/** A head whose weight depends on the angle between query and key alone. */
export interface AngularHead {
  readonly head: KernelHead;
  /** βs of the weight e^{βs cos(angle + α)}. */
  readonly scale: number;
  /** α. */
  readonly turn: number;
  /** Exponent of the weight at angle query − key, at most 0. */
  exponent(angle: number): number;
  /** What the exponents are less than the true ones. */
  readonly shift: number;
}

/** A partition below this part of the greatest weight has lost digits to rounding, and is summed directly. */
export const leastPartition = 1e-4;

/** Whether a 2×2 matrix is a multiple of a rotation. */
const turns = (a: Float64Array): boolean => a[0] === a[3] && a[1] === -a[2]!;

/** Exponential weights with A = s·rotation(α): the score is βs cos(query − key + α). Undefined for other heads. */
export function angularHead(kernel: KernelDescription, head: KernelHead): AngularHead | undefined {
  const exponential = kernel.weight === "exponential" || kernel.weight === "shifted-exponential";
  if (!exponential || head.keyPotential !== undefined || !turns(head.queryKey)) return undefined;
  const scale = head.beta * Math.hypot(head.queryKey[0]!, head.queryKey[2]!);
  const turn = Math.atan2(head.queryKey[2]!, head.queryKey[0]!);
  const greatest = Math.abs(scale);
  return {
    head,
    scale,
    turn,
    exponent: (angle) => scale * Math.cos(angle + turn) - greatest,
    shift: greatest - (kernel.weight === "shifted-exponential" ? head.beta : 0),
  };
}
