import type { ZodType } from "zod";
import type { NumericContext } from "../foundation/parameters/index.js";

/** Whose Brownian motions move a token: nobody's, or its own. */
export type TokenNoise = "none" | "independent";

export interface NoiseTraits {
  readonly tokens: TokenNoise;
}

/**
 * Noise of the tokens in the layers: dx_i = drift dt + P_{x_i}σ(t) ∘ dW_i, P the projection on the tangent space (the
 * identity in R^d) and W_i a Brownian motion of token i alone. Its law feels ½σ²Δ.
 *
 * @source theory.md §3
 */
export interface Noise {
  readonly name: string;
  readonly traits: NoiseTraits;
  readonly breakpoints: readonly number[];
  /** σ ≥ 0 of every token's own Brownian motion, in depth^{−½}; 0 where it has none. */
  sigma(t: number): number;
}

export interface NoisePlugin<P = unknown> {
  readonly name: string;
  readonly doc: string;
  readonly source: string;
  readonly traits: NoiseTraits;
  readonly params: ZodType<P>;
  bind(params: P, context: NumericContext): Noise;
}
