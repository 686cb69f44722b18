import type { ZodType } from "zod";
import type { WeightedPoints } from "../foundation/shapes/index.js";

/** n tokens with equal weights, or any weighted points: the empirical law of a finite level. */
export interface PointCloud extends WeightedPoints {
  readonly kind: "point-cloud";
}

/** N(mean, cov) on R^d; cov symmetric PSD, may be singular. */
export interface Gaussian {
  readonly kind: "gaussian";
  readonly d: number;
  /** Shape [d]. */
  readonly mean: Float64Array;
  /** Shape [d, d]. */
  readonly cov: Float64Array;
}

/** A law at one instant, as distances and observables see it. */
export type Law = PointCloud | Gaussian;

/** What an experiment's `initial` says: it owns d, n, the law and the seed; every level derives its start from it. */
export interface InitialLaw {
  readonly name: string;
  readonly d: number;
  /** Number of tokens, where the law has tokens. */
  readonly n?: number;
  /** The sampled tokens; the same for every level that has tokens. @throws InputError missing when there is no n */
  cloud(): PointCloud;
  /** Exact moments of the law; for `points` the empirical ones. @throws InputError no-closure where it is no Gaussian matter */
  moments(): Gaussian;
}

/** A law as a plug-in of `initial`. */
export interface LawPlugin<P = unknown> {
  readonly name: string;
  readonly doc: string;
  readonly source: string;
  readonly params: ZodType<P>;
  /** Whether its parameters have a seed that `--seed` sets. */
  readonly seeded: boolean;
  bind(params: P): InitialLaw;
}
