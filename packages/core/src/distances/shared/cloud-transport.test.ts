import { describe, expect, test } from "vitest";
import { InputError } from "../../foundation/errors/index.js";
import { cloudOf } from "../../foundation/law/index.js";
import { stream } from "../../foundation/random/index.js";
import type { PointCloud } from "../../laws/contract.js";
import { cloudTransport } from "./cloud-transport.js";

function randomCloud(n: number, d: number, seed: number): PointCloud {
  const points = new Float64Array(n * d);
  stream({ seed, purpose: "cloud transport test" }).fillNormal(points);
  return cloudOf(points, n, d);
}

const weightedBy = (cloud: PointCloud, weights: readonly number[]): PointCloud => ({
  ...cloud,
  weights: Float64Array.from(weights),
});

const transport = (a: PointCloud, b: PointCloud, order: 1 | 2) => cloudTransport("test", a, b, order);

/** Every point `times` times over. */
function repeated({ m, d, points }: PointCloud, times: number): PointCloud {
  const out = new Float64Array(m * times * d);
  for (let i = 0; i < m * times; i++) out.set(points.subarray((i % m) * d, ((i % m) + 1) * d), i * d);
  return cloudOf(out, m * times, d);
}

describe("transport between clouds", () => {
  test.each([1, 2] as const)("sizes 6 and 4: the assignment of 12 copies each, order %i", (order) => {
    const [a, b] = [randomCloud(6, 2, 1), randomCloud(4, 2, 2)];
    const copies = transport(repeated(a, 2), repeated(b, 3), order);
    // Two exact solvers; 12 roundings.
    expect(Math.abs(transport(a, b, order) / copies - 1)).toBeLessThan(1e-14);
  });

  test("weights in twelfths: the assignment of 12 copies", () => {
    const [a, b] = [randomCloud(3, 2, 3), randomCloud(12, 2, 4)];
    const points = Float64Array.from({ length: 24 }, (_, k) => {
      const i = Math.floor(k / 2);
      return a.points[2 * (i < 1 ? 0 : i < 5 ? 1 : 2) + (k % 2)]!;
    });
    const weighted = weightedBy(a, [1 / 12, 4 / 12, 7 / 12]);
    // Weights in units of 2^{−50}, times a handful of squared distances.
    expect(Math.abs(transport(weighted, b, 2) - transport(cloudOf(points, 12, 2), b, 2))).toBeLessThan(1e-13);
  });

  test("points without weight do not count", () => {
    const [a, b] = [randomCloud(4, 2, 5), randomCloud(3, 2, 6)];
    const [x, y] = [weightedBy(a, [0.5, 0, 0.5, 0]), weightedBy(b, [0, 1, 0])];
    let expected = 0;
    for (const i of [0, 2]) {
      for (let k = 0; k < 2; k++) expected += 0.5 * (a.points[2 * i + k]! - b.points[2 + k]!) ** 2;
    }
    expect(transport(x, y, 2)).toBeCloseTo(expected, 14);
    expect(transport(y, x, 2)).toBeCloseTo(expected, 14);
  });

  test.each([1, 2] as const)("on the line: the assignment and the plan find what sorting finds, order %i", (order) => {
    const [a, b] = [randomCloud(120, 1, 8), randomCloud(120, 1, 9)];
    const weights = Float64Array.from({ length: 120 }, (_, i) => (i + 1) / 7260);
    // The same points in the plane; sums of 120 terms in another order, weights in units of 2^{−50}.
    const flat = (cloud: PointCloud): PointCloud => ({
      ...cloud,
      d: 2,
      points: Float64Array.from({ length: 240 }, (_, k) => (k % 2 === 0 ? cloud.points[k / 2]! : 3)),
    });
    expect(Math.abs(transport(flat(a), flat(b), order) / transport(a, b, order) - 1)).toBeLessThan(1e-12);
    const weighted = { ...a, weights };
    expect(Math.abs(transport(flat(weighted), flat(b), order) / transport(weighted, b, order) - 1)).toBeLessThan(1e-12);
  });

  test("more than 2,000 points are refused by name, on either side, except on the line", () => {
    expect(transport(randomCloud(2001, 1, 1), randomCloud(3, 1, 1), 2)).toBeGreaterThan(0);
    const [large, small] = [randomCloud(2001, 2, 1), randomCloud(3, 2, 1)];
    for (const [a, b] of [
      [large, small],
      [small, large],
    ] as const) {
      expect(() => transport(a, b, 2)).toThrow(InputError);
      expect(() => transport(a, b, 2)).toThrow("at most 2000 points on each side, got 2001 points. Take sliced");
    }
  });
});
