import type { NdArray } from "../foundation/shapes/index.js";
import type { Outcome } from "./outcome.js";

/** What one observable recorded: `value` has shape [k, ...item]. */
export interface Recorded {
  readonly t: Float64Array;
  readonly value: NdArray;
}

/** A part of the span that one method made. */
export interface MethodSpan {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export interface SolveStats {
  readonly steps: number;
  readonly rejected: number;
  readonly evaluations: number;
  /** Which method made which part of the span, in order; only from methods that choose among several. */
  readonly methods?: readonly MethodSpan[];
}

/** The result of `solve`. `Names` are the keys of `save`. */
export interface Trajectory<Names extends string = string> {
  readonly outcome: Outcome;
  /** Where the run ended: the end of the span, or its event. */
  readonly tEnd: number;
  /** State at tEnd. */
  readonly yEnd: Float64Array;
  readonly records: Readonly<Record<Names, Recorded>>;
  /** Non-terminal events, in order. */
  readonly events: readonly { readonly name: string; readonly t: number }[];
  readonly stats: SolveStats;
}
