import type { RowOperations } from "../foundation/backend/index.js";

/** The manifold tokens live on, embedded in R^d. All arrays have shape [n, d]. */
export interface Geometry {
  readonly name: string;
  readonly doc: string;
  readonly source: string;
  /** Whether it is R^d itself, so that Gaussians make sense. */
  readonly flat: boolean;
  /** Dimension of the manifold embedded in R^d. */
  dimension(d: number): number;
  /** v ← P_x v, in place: the tangential part at each point. */
  tangent(x: Float64Array, v: Float64Array, n: number, d: number): void;
  /** x ← the nearest point of the manifold, in place; the same bits with and without a backend's `rows`. */
  retract(x: Float64Array, n: number, d: number, rows?: RowOperations): void;
  /** Geodesic distance between two points of shape [d]. */
  distance(x: Float64Array, y: Float64Array): number;
  /** @throws InputError off-manifold, with the index of the worst point */
  check(x: Float64Array, n: number, d: number): void;
}
