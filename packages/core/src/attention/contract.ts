import type { ZodType } from "zod";
import type { Backend, FieldOutput, KernelDescription, PointBatch } from "../foundation/backend/index.js";
import type { NumericContext } from "../foundation/parameters/index.js";
import type { WeightedPoints } from "../foundation/shapes/index.js";
import type { Mask } from "../masks/contract.js";

/** What shared code may ask of a variant instead of its name. */
export interface AttentionTraits {
  /** Row weights sum to 1, are positive, or may be negative. */
  readonly weights: "probability" | "positive" | "signed";
  /** Whether the field is smooth in the points. */
  readonly smooth: boolean;
  /** Whether Gaussians stay Gaussian under it (without a mask). */
  readonly gaussianClosed: boolean;
  /** Whether it is defined only where every query sees every key; such a kind refuses a mask. */
  readonly denseOnly?: boolean;
  /**
   * Whether it is defined on finitely many tokens only: it looks at the support of the law, to which every cell of a grid
   * and every node of a rule belongs.
   */
  readonly tokensOnly?: boolean;
  /** What functional, if any, the flow is a gradient flow of. */
  readonly gradientOf?: "energy" | "twisted";
}

/** Where a Gaussian closure writes Γ(x) = Bx + c; both are overwritten. */
export interface AffineField {
  /** Shape [d, d]. */
  readonly B: Float64Array;
  /** Shape [d]. */
  readonly c: Float64Array;
}

/** One term VΣA of a closure that is quadratic in Σ. */
export interface RiccatiTerm {
  /** A = β KᵀQ, shape [d, d]. */
  readonly A: Float64Array;
  /** V, shape [d, d]. */
  readonly V: Float64Array;
}

/**
 * The exponential weights of one head against a Gaussian: log w(x, y) = −½yᵀMy + yᵀ(Lx + l) + a function of x.
 * What governs how many of n samples a query really sees.
 */
export interface GaussianScore {
  /** Shape [d, d], symmetric; 0 when left out. */
  readonly M?: Float64Array;
  /** Shape [d, d]. */
  readonly L: Float64Array;
  /** Shape [d]; 0 when left out. */
  readonly l?: Float64Array;
}

/** The keys with the greatest score of every query of one head, and what part of its row each has. */
export interface Leaders {
  /** Leaders of query i stand at starts[i] … starts[i + 1] − 1; shape [queries + 1]. */
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  /** Sums to 1 over the leaders of a query. */
  readonly shares: Float64Array;
}

/** A field that jumps, as it is on one side of its jumps. */
export interface AttentionPiece {
  /** Smooth in the tokens, for tokens that ask about themselves. */
  readonly attention: Attention;
  /** > 0 where the piece is the field, < 0 beyond; continuous in the tokens. */
  margin(source: WeightedPoints, t: number): number;
}

/** An attention bound to a dimension, its parameters and a backend. */
export interface Attention {
  readonly name: string;
  readonly heads: number;
  readonly traits: AttentionTraits;
  readonly breakpoints: readonly number[];
  /** Γ_μ at the queries, μ given by the source. Definition for every level of description. */
  fieldAt(source: WeightedPoints, queries: WeightedPoints, mask: Mask, t: number, out: FieldOutput): void;
  /**
   * Γ of every system of an ensemble, bit for bit what `fieldAt` gives each of them. False: not mine, take them one by
   * one; nothing was written.
   */
  fieldAtBatch?(batch: PointBatch, mask: Mask, t: number, out: FieldOutput): boolean;
  /** Γ for μ = N(mean, cov), exactly: Bx + c. Present iff `traits.gaussianClosed`. */
  gaussianField?(mean: Float64Array, cov: Float64Array, t: number, out: AffineField): void;
  /** The heads of a closure B = Σ_h V_hΣA_h, c = Σ_h V_h m, where it has that form. */
  riccati?(t: number): readonly RiccatiTerm[];
  /** The weights of every head against N(mean, cov), where they are exponentials of a quadratic form. */
  gaussianScores?(mean: Float64Array, cov: Float64Array, t: number): readonly GaussianScore[];
  /** Inverse temperature of head h; 1/ε for a kind with a regularisation ε. */
  beta?(t: number, head: number): number;
  kernel?(t: number): KernelDescription;
  /** The smooth piece of the field that holds at these tokens. Present iff not `traits.smooth`. */
  pieceAt?(source: WeightedPoints, mask: Mask, t: number): AttentionPiece;
  /** Per head, where every query looks at nothing but its leaders. */
  leadersAt?(source: WeightedPoints, queries: WeightedPoints, mask: Mask, t: number): readonly Leaders[];
}

/** An attention variant: one folder. Adding one touches nothing else. */
export interface AttentionPlugin<P = unknown> {
  readonly name: string;
  readonly doc: string;
  readonly source: string;
  readonly traits: AttentionTraits;
  readonly params: ZodType<P>;
  /** Writes out defaults that depend on other parameters, for the canonical spec. */
  complete?(params: P): P;
  /** @throws InputError with a path from the plug-in's parameters */
  bind(params: P, context: NumericContext, backend: Backend): Attention;
}
