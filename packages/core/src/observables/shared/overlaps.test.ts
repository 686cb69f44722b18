import { expect, test } from "vitest";
import { uniformSphere } from "../../foundation/random/index.js";
import { eachOverlapRow } from "./overlaps.js";

test.each([
  [1, 1],
  [2, 3],
  [5, 1],
  [6, 8],
  [9, 17],
  [32, 8],
])("rows of overlaps of %d tokens in d = %d: every pair once, the cosines, the mass of all pairs", (m, d) => {
  const points = uniformSphere(m, d, 7).map((value, k) => value * (0.5 + Math.floor(k / d)));
  const weights = Float64Array.from({ length: m }, (_, i) => (i + 1) / ((m * (m + 1)) / 2));
  const seen = new Set<string>();
  const cloud = { kind: "point-cloud", m, d, points, weights } as const;
  const pairs = eachOverlapRow(cloud, "test", (i, row) => {
    for (let j = i + 1; j < m; j++) {
      seen.add(`${i},${j}`);
      const [x, y] = [points.subarray(i * d, i * d + d), points.subarray(j * d, j * d + d)];
      const dot = x.reduce((sum, value, a) => sum + value * y[a]!, 0);
      // d products and sums and two lengths on either side, 1.1e-16 each.
      expect(Math.abs(row[j]! - dot / (Math.hypot(...x) * Math.hypot(...y)))).toBeLessThanOrEqual(
        2 * (d + 4) * 1.2e-16,
      );
    }
  });
  expect(seen.size).toBe((m * (m - 1)) / 2);
  // (1 − Σw²)/2 for weights of sum 1, rounded once for each token.
  const squares = weights.reduce((sum, w) => sum + w * w, 0);
  expect(Math.abs(pairs - (1 - squares) / 2)).toBeLessThanOrEqual(m * 2.3e-16);
});
