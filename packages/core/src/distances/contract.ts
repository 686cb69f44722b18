import type { ZodType } from "zod";
import type { Law } from "../laws/contract.js";

/** A distance between two laws on R^d, as a plug-in. */
export interface DistancePlugin<P = unknown> {
  readonly name: string;
  readonly doc: string;
  readonly source: string;
  /** Unit of the value, in the unit of a coordinate. */
  readonly unit: string;
  readonly params: ZodType<P>;
  /** Binds parameters and the seed of any random directions or samples; the result is a pure function. */
  bind(params: P, seed: number): (a: Law, b: Law) => number;
}
