import { expect, test } from "vitest";
import { stream } from "../random/index.js";
import { wendelProbability } from "./index.js";

test("on the circle n points lie in a half circle with probability n/2^{n−1}", () => {
  // Logarithms of binomials: a few roundings of numbers of size n.
  for (let n = 2; n < 60; n++) expect(Math.abs(wendelProbability(n, 2) / (n / 2 ** (n - 1)) - 1)).toBeLessThan(1e-13);
});

test("is 1 up to n = d and ½ at n = 2d, by the symmetry of coins", () => {
  for (const d of [1, 2, 3, 8, 64, 500]) {
    expect(wendelProbability(d, d)).toBe(1);
    expect(Math.abs(wendelProbability(2 * d, d) - 0.5)).toBeLessThan(1e-12);
  }
});

/** Whether some plane through 0 and two of the points has all others strictly on one side: n ≥ 3 points of S². */
function inHemisphere(points: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const [a, b] = [points.subarray(3 * i, 3 * i + 3), points.subarray(3 * j, 3 * j + 3)];
      const normal = [0, 1, 2].map((k) => a[(k + 1) % 3]! * b[(k + 2) % 3]! - a[(k + 2) % 3]! * b[(k + 1) % 3]!);
      let [above, below] = [0, 0];
      for (let k = 0; k < n; k++) {
        if (k === i || k === j) continue;
        const side = normal[0]! * points[3 * k]! + normal[1]! * points[3 * k + 1]! + normal[2]! * points[3 * k + 2]!;
        if (side > 0) above++;
        else below++;
      }
      if (above === 0 || below === 0) return true;
    }
  }
  return false;
}

test.each([
  [4, 0.875],
  [6, 0.5],
  [9, 37 / 256],
])("n = %d points of S²: the share of 4000 draws", (n, exact) => {
  expect(Math.abs(wendelProbability(n, 3) - exact)).toBeLessThan(1e-14);
  const random = stream({ seed: 5, purpose: "hemisphere", run: n });
  const points = new Float64Array(3 * n);
  let found = 0;
  for (let draw = 0; draw < 4000; draw++) {
    random.fillNormal(points);
    if (inHemisphere(points, n)) found++;
  }
  // Four standard errors of a share of 4000.
  expect(Math.abs(found / 4000 - exact)).toBeLessThan(4 * Math.sqrt((exact * (1 - exact)) / 4000));
});

test("refuses what is no count", () => {
  expect(() => wendelProbability(0, 3)).toThrow("wendelProbability: n must be an integer from 1 on, got 0.");
  expect(() => wendelProbability(3, 1.5)).toThrow("d must be an integer");
});
