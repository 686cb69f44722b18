import type { ZodType } from "zod";
import type { Law } from "../laws/contract.js";

/** The kinds of two laws, in no order. */
export type LawPair = "cloud-cloud" | "cloud-gaussian" | "gaussian-gaussian";

/** What a distance promises, with its default parameters. */
export interface DistanceTraits {
  /** The pairs it compares; others are refused as `incompatible`. */
  readonly between: readonly LawPair[];
  /** Whether D(a, c) ≤ D(a, b) + D(b, c). */
  readonly triangle: boolean;
  /** Whether it has a bound however far apart the laws are. */
  readonly bounded: boolean;
  /** Whether it compares laws on (position, x): both clouds need the same marginal in the position. */
  readonly positions: boolean;
  /** The manifold both laws must live on, and along which it measures; absent: R^d. */
  readonly manifold?: "circle";
}

/** A distance between two laws on R^d, as a plug-in. */
export interface DistancePlugin<P = unknown> {
  readonly name: string;
  readonly doc: string;
  readonly source: string;
  /** Unit of the value, in the unit of a coordinate. */
  readonly unit: string;
  readonly traits: DistanceTraits;
  readonly params: ZodType<P>;
  /**
   * Refuses two laws that the distance cannot take, without measuring it: what `bind` would throw of them as an InputError,
   * the definiteness of covariances apart. @cost one pass over the points, or a sort of them
   */
  requireLaws(params: P, a: Law, b: Law): void;
  /** Binds parameters and the seed of any random directions or samples; the result is a pure function. */
  bind(params: P, seed: number): (a: Law, b: Law) => number;
}
