import type { ZodType } from "zod";
import type { Gaussian, Law, PointCloud } from "../foundation/law/index.js";

export type { Gaussian, Law, PointCloud };

/** The density of a law, where it has one: what levels on grids start from. */
export interface LawDensity {
  /** Whether it is a density of R^d against Lebesgue measure, or of S^{d−1} against the surface. */
  readonly flat: boolean;
  /** ρ(x) ≥ 0 up to a common factor, x of shape [d]; where `positional`, ρ(x | s) up to a factor of s. */
  at(x: Float64Array, s?: number): number;
  /** Whether ∫ρ = 1, without a factor. */
  readonly normalised?: boolean;
  /** Whether it is another law at each position s ∈ [0, 1] of the context: then `at` needs s. */
  readonly positional?: boolean;
  /** A unit vector e, shape [d], where the law does not see rotations about it. */
  readonly axis?: Float64Array;
}

/** What an experiment's `initial` says: it owns d, n, the law and the seed; every level derives its start from it. */
export interface InitialLaw {
  readonly name: string;
  readonly d: number;
  /** Number of tokens, where the law has tokens. */
  readonly n?: number;
  /**
   * The sampled tokens; the same for every level that has tokens. Different runs are independent draws where the law is
   * seeded, and the same tokens where it is not.
   * @param run which of the repeats, default 0 @throws InputError missing when there is no n
   */
  cloud(run?: number): PointCloud;
  /** Exact moments of the law; for `points` the empirical ones. @throws InputError no-closure where it is no Gaussian matter */
  moments(): Gaussian;
  /** Absent: atoms, or a law on a subspace. */
  readonly density?: LawDensity;
  /** Whether its support reaches everywhere in its span, beyond the tokens it draws. */
  readonly unbounded?: boolean;
}

/** A law as a plug-in of `initial`. */
export interface LawPlugin<P = unknown> {
  readonly name: string;
  readonly doc: string;
  readonly source: string;
  readonly params: ZodType<P>;
  /** Whether it draws its tokens: its parameters have a seed that `--seed` sets. */
  readonly seeded: boolean;
  bind(params: P): InitialLaw;
}
