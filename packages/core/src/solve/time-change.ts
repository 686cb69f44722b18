import { InputError } from "../foundation/errors/index.js";

/** Another variable to make steps in. */
export type TimeChange =
  | { readonly kind: "log"; readonly scale: number }
  | {
      readonly kind: "state";
      /** dt/dτ > 0 at a state y with drift f. */
      speed(t: number, y: Float64Array, rate: Float64Array): number;
      /** Whether the state has left every bound that the run is meant for. */
      beyond(y: Float64Array): boolean;
    };

/** Part of a state: `size` numbers from `offset` on. */
export interface StatePart {
  readonly offset: number;
  readonly size: number;
}

/** |y_part|, without overflow in between. */
export function partNorm(y: Float64Array, { offset, size }: StatePart): number {
  let largest = 0;
  for (let i = offset; i < offset + size; i++) {
    const entry = Math.abs(y[i]!);
    if (!(entry <= largest)) largest = entry;
  }
  if (!(largest > 0 && largest < Number.POSITIVE_INFINITY)) return largest;
  let square = 0;
  for (let i = offset; i < offset + size; i++) square += (y[i]! / largest) ** 2;
  return largest * Math.sqrt(square);
}

/**
 * Sundman's time: dt = dτ/(1 + |y_part|), in which a quadratic blow-up lies at τ = ∞. The run fails with
 * `step-too-small` when |y_part| has reached `ceiling`.
 * @param ceiling in the unit of the state; default 10¹²
 */
export function sundman(part: StatePart, ceiling = 1e12): TimeChange {
  return {
    kind: "state",
    speed: (_t, y) => 1 / (1 + partNorm(y, part)),
    beyond: (y) => partNorm(y, part) >= ceiling,
  };
}

/**
 * Logarithmic time: t = t_0 + scale·(e^s − 1), so that equal steps in s are equal factors of t.
 * @param scale in depth: where the steps begin to grow; default 1
 * @throws out-of-range
 */
export function logTime(scale = 1): TimeChange {
  if (scale > 0 && Number.isFinite(scale)) return { kind: "log", scale };
  const rule = "scale must be a positive number";
  throw new InputError({ code: "out-of-range", who: "logTime", rule, got: String(scale), path: ["time", "scale"] });
}
