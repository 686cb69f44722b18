import type { ZodType } from "zod";
import type { Backend } from "../foundation/backend/index.js";
import type { NumericContext } from "../foundation/parameters/index.js";

/** A feed-forward that is affine, x ↦ Wx + b, and so keeps Gaussians Gaussian. */
export interface AffineMap {
  /** Shape [d, d]. */
  readonly W: Float64Array;
  /** Shape [d]. */
  readonly b: Float64Array;
}

export interface FeedforwardTraits {
  /** Whether it is affine in x. */
  readonly affine: boolean;
  /** Whether it is a gradient, so that `sign: repel` turns it round together with the attention. */
  readonly gradient: boolean;
}

/** A map applied to every token by itself. */
export interface Feedforward {
  readonly name: string;
  readonly traits: FeedforwardTraits;
  readonly breakpoints: readonly number[];
  /** out += factor · f(x_i) for n tokens of shape [n, d]. */
  addTo(points: Float64Array, n: number, t: number, factor: number, out: Float64Array): void;
  /** Present iff `traits.affine`. */
  affine?(t: number): AffineMap;
}

export interface FeedforwardPlugin<P = unknown> {
  readonly name: string;
  readonly doc: string;
  readonly source: string;
  readonly traits: FeedforwardTraits;
  readonly params: ZodType<P>;
  bind(params: P, context: NumericContext, backend: Backend): Feedforward;
}
