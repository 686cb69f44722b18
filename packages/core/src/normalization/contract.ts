import type { ZodType } from "zod";
import type { NumericContext } from "../foundation/parameters/index.js";

/**
 * Where a network normalises, seen on one token x = rθ, |θ| = 1. The field A is computed from the directions θ of all
 * tokens, and the token follows ẋ = gain·A, or ẋ = gain·P_θA where its length is kept. On the direction that is
 * θ̇ = s⁻¹P_θA with the speed s⁻¹ = gain/r, and ṙ = gain·⟨θ, A⟩ or 0.
 *
 * A layer of step τ is x⁺ = x + τ·gain·A, scaled back to length r where the length is kept.
 *
 * @source theory.md §3
 */
export interface Normalization {
  readonly name: string;
  /** Nothing is normalised: the field is computed from the tokens themselves, and ẋ = A. */
  readonly identity: boolean;
  /** Whether |x| is kept at depth t. */
  keepsLength(t: number): boolean;
  /** @param r |x| > 0 @param size |A| > 0 */
  gain(t: number, r: number, size: number): number;
  readonly breakpoints: readonly number[];
}

export interface NormalizationPlugin<P = unknown> {
  readonly name: string;
  readonly doc: string;
  readonly source: string;
  readonly params: ZodType<P>;
  bind(params: P, context: NumericContext): Normalization;
}
