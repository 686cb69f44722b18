import { InputError } from "../../foundation/errors/index.js";
import type { Geometry } from "../contract.js";

/** How far from length 1 a token of an experiment file may be: rounding of about ten printed digits. */
const tolerance = 1e-9;

/** S^{d−1}: P_x v = v − ⟨x,v⟩x, retraction x/|x| (post-layer-normalisation). */
export const sphere: Geometry = {
  name: "sphere",
  doc: "The unit sphere S^{d−1}: every token is normalised, as after a post-LN layer.",
  source: "theory.md §0, §3 (arXiv 2601.21366)",
  flat: false,
  dimension: (d) => d - 1,
  tangent(x, v, n, d) {
    for (let i = 0; i < n; i++) {
      const row = i * d;
      let inner = 0;
      for (let a = 0; a < d; a++) inner += x[row + a]! * v[row + a]!;
      for (let a = 0; a < d; a++) v[row + a]! -= inner * x[row + a]!;
    }
  },
  retract(x, n, d, rows) {
    if (rows?.normalize(x, n, d)) return;
    for (let i = 0; i < n; i++) {
      const row = i * d;
      let square = 0;
      for (let a = 0; a < d; a++) square += x[row + a]! * x[row + a]!;
      const scale = 1 / Math.sqrt(square);
      for (let a = 0; a < d; a++) x[row + a]! *= scale;
    }
  },
  distance(x, y) {
    let chord = 0;
    for (let a = 0; a < x.length; a++) chord += (x[a]! - y[a]!) ** 2;
    return 2 * Math.asin(Math.min(1, Math.sqrt(chord) / 2));
  },
  check(x, n, d) {
    for (let i = 0; i < n; i++) {
      let square = 0;
      for (let a = 0; a < d; a++) square += x[i * d + a]! * x[i * d + a]!;
      const length = Math.sqrt(square);
      if (Math.abs(length - 1) <= tolerance) continue;
      throw new InputError({
        code: "off-manifold",
        who: "geometry sphere",
        rule: `points must have length 1 (to ${tolerance})`,
        got: `|x_${i}| = ${length}`,
        fix: "Normalise the points, or use geometry: euclidean",
        details: { index: i, length },
        path: [i],
      });
    }
  },
};
