import type { RowOperations } from "../../foundation/backend/index.js";
import type { Geometry } from "../../geometry/contract.js";

/** How a tangential field F on a manifold is defined at the states beside it that the stages of a step visit. */
export interface Extension {
  /** The points at which to evaluate the field of a state; valid until the next call. */
  feet(y: Float64Array): Float64Array;
  /** Makes the ambient field at the feet of y the drift at y, in place. Follows `feet(y)`. */
  finish(y: Float64Array, field: Float64Array): void;
}

/** For a field that is taken as it is: of layers, and in R^d. */
export const unextended: Extension = { feet: (y) => y, finish: () => {} };

/**
 * f(y_i) = |y_i| P_{x_i} F(x_i), x_i = y_i/|y_i|, for `rows` tokens: the extension off the sphere under which every
 * direction x_i moves as it does on the sphere, whatever the lengths, and lengths do not change. On the sphere it is the
 * field itself, so methods keep their orders; F is evaluated at tokens of length 1 only.
 *
 * @param operations of the backend, where it has them
 * @accuracy homogeneous of degree 1, orders of the methods: off-sphere.test.ts
 * @cost O(rows·d)
 * @source derived (docs/levels.md)
 */
export function offSphere(geometry: Geometry, rows: number, d: number, operations?: RowOperations): Extension {
  if (geometry.flat) return unextended;
  const points = new Float64Array(rows * d);
  return {
    feet(y) {
      points.set(y);
      geometry.retract(points, rows, d, operations);
      return points;
    },
    finish(y, field) {
      geometry.tangent(points, field, rows, d);
      for (let row = 0; row < points.length; row += d) {
        let length = 0;
        for (let a = row; a < row + d; a++) length += points[a]! * y[a]!;
        for (let a = row; a < row + d; a++) field[a]! *= length;
      }
    },
  };
}
