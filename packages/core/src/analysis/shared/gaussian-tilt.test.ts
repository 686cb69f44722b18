import { describe, expect, test } from "vitest";
import { flip, normals, positive, product, rowsOf } from "../../../test/helpers/arrays.js";
import { attentionCatalog } from "../../attention/index.js";
import { createReferenceBackend } from "../../foundation/backend/index.js";
import { gaussianRule } from "../../foundation/quadrature/index.js";
import { headTilt } from "./gaussian-tilt.js";

const d = 2;
const [mean, cov] = [normals(d, 1, 0.4), positive(d, 2, 0.6)];

/** Tilt and divergence of weights e^{−½yᵀMy + yᵀ(Lx + l)} averaged over x, both by quadrature. */
function byQuadrature(M: ArrayLike<number>, L: ArrayLike<number>, l: ArrayLike<number>) {
  const { m, points, weights } = gaussianRule(mean, cov, d, 40);
  const form = (y: Float64Array, matrix: ArrayLike<number>, x: Float64Array) =>
    product(y, product(matrix, x, d, d, 1), 1, d, 1)[0]!;
  let [tilt, divergence] = [0, 0];
  for (let i = 0; i < m; i++) {
    const x = points.subarray(i * d, i * d + d);
    let [first, second, entropy] = [0, 0, 0];
    for (let j = 0; j < m; j++) {
      const y = points.subarray(j * d, j * d + d);
      const log = form(y, L, x) + y[0]! * l[0]! + y[1]! * l[1]! - 0.5 * form(y, M, y);
      const w = Math.exp(log);
      first += weights[j]! * w;
      second += weights[j]! * w * w;
      entropy += weights[j]! * w * log;
    }
    tilt += weights[i]! * Math.log(second / first ** 2);
    divergence += weights[i]! * (entropy / first - Math.log(first));
  }
  return { tilt, divergence };
}

describe.each(attentionCatalog.filter((one) => one.traits.gaussianClosed).map((one) => [one.name, one] as const))(
  "%s",
  (_name, plugin) => {
    const params = { Q: rowsOf(normals(4, 3, 0.4), d, d), K: rowsOf(normals(4, 4, 0.4), d, d) };
    const bound = plugin.bind(plugin.params.parse(params), { d, span: [0, 1] }, createReferenceBackend());

    test("tilt and divergence are what quadrature gives", () => {
      const scores = bound.gaussianScores?.(mean, cov, 0);
      if (scores === undefined) return;
      const score = scores[0]!;
      const { M = new Float64Array(d * d), L, l = new Float64Array(d) } = score;
      const [found, wanted] = [headTilt(score, { d, mean, cov }), byQuadrature(M, L, l)];
      expect(found.tilt).toBeGreaterThan(1e-3);
      // 40 nodes an axis on e^{2⟨a, z⟩} with 2|a| up to 3 at the outermost x, of weight 1e-30: rounding is what is left.
      expect(Math.abs(found.tilt - wanted.tilt)).toBeLessThan(1e-11);
      expect(Math.abs(found.divergence - wanted.divergence)).toBeLessThan(1e-11);
    });
  },
);

test("softmax: the tilt is E|Σ^½Ax|², the divergence half of it", () => {
  const A = normals(4, 7);
  const { tilt, divergence } = headTilt({ L: A }, { d, mean, cov });
  const second = cov.map((entry, k) => entry + mean[Math.floor(k / d)]! * mean[k % d]!);
  const form = product(flip(A, d, d), product(cov, A, d, d, d), d, d, d);
  const expected = form.reduce((sum, entry, k) => sum + entry * second[k]!, 0);
  expect(Math.abs(tilt - expected)).toBeLessThan(1e-13);
  expect(divergence).toBe(tilt / 2);
});
