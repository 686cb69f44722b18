import type { WeightedPoints } from "../shapes/index.js";

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
