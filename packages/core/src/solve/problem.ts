import type { Diffusion } from "./diffusion.js";
import type { Jumps } from "./jumps.js";

/** Where a named part of the state lies in the flat array. */
export interface Block {
  readonly offset: number;
  readonly shape: readonly number[];
}

/**
 * ẏ = drift(t, y) on a flat state, y(t_0) = y0, or dy = drift dt + G dW with a diffusion. Knows nothing of tokens.
 *
 * `drift` overwrites `out`, never keeps or changes `y`, and allocates nothing.
 */
export interface Problem {
  readonly y0: Float64Array;
  readonly layout: Readonly<Record<string, Block>>;
  drift(t: number, y: Float64Array, out: Float64Array): void;
  /** Absent: no noise. */
  readonly diffusion?: Diffusion;
  /** Moves a state that a step has left near the manifold back onto it, in place. */
  retract?(y: Float64Array): void;
  /**
   * out = base + scale·Σ_j coefficients_j·terms_j on states, where the problem has a faster one than the methods' own;
   * to the bit the same.
   */
  combine?(
    base: Float64Array,
    scale: number,
    coefficients: readonly number[],
    terms: readonly Float64Array[],
    out: Float64Array,
  ): void;
  /** Times at which the drift jumps; every step ends at them. Sorted. */
  readonly breakpoints?: readonly number[];
  /** Where the drift jumps with the state; fixed steps go over it, adaptive ones end at each jump. */
  readonly jumps?: Jumps;
}
