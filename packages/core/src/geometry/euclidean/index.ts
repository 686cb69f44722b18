import type { Geometry } from "../contract.js";

/** R^d: nothing to project. */
export const euclidean: Geometry = {
  name: "euclidean",
  doc: "Flat R^d: tokens may grow and collapse.",
  source: "theory.md §1",
  flat: true,
  dimension: (d) => d,
  tangent: () => {},
  retract: () => {},
  distance(x, y) {
    let sum = 0;
    for (let a = 0; a < x.length; a++) sum += (x[a]! - y[a]!) ** 2;
    return Math.sqrt(sum);
  },
  check: () => {},
};
