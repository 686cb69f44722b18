import type { WeightedPoints } from "../shapes/index.js";

/** n tokens with equal weights, or any weighted points: the empirical law of a finite level. */
export interface PointCloud extends WeightedPoints {
  readonly kind: "point-cloud";
  /** Present where the points are the nodes of a density and no sample. */
  readonly cells?: Cells;
}

/** The cells that the nodes of a density stand for: a grid, row-major. */
export interface Cells {
  /** Volume of each cell, shape [m]: the density at node j is weights_j/volumes_j. */
  readonly volumes: Float64Array;
  /** Cells along each axis; their product is m. */
  readonly shape: readonly number[];
  /** Whether an axis closes on itself. */
  readonly periodic: readonly boolean[];
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
