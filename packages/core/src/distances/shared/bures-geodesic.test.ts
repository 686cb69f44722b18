import { describe, expect, test } from "vitest";
import { InputError } from "../../foundation/errors/index.js";
import { matMul, matMulNT, psdSqrt } from "../../foundation/linear-algebra/index.js";
import { randomMatrix, stream } from "../../foundation/random/index.js";
import type { Gaussian } from "../../laws/contract.js";
import { squaredBures } from "./bures.js";
import { buresGeodesic, optimalMap } from "./bures-geodesic.js";

function randomGaussian(d: number, rank: number, seed: number): Gaussian {
  const cov = new Float64Array(d * d);
  if (rank > 0) {
    const factor = randomMatrix("ginibre", d, rank, 1, seed);
    matMulNT(factor, factor, d, rank, d, cov);
  }
  const mean = new Float64Array(d);
  stream({ seed, purpose: "geodesic test" }).fillNormal(mean);
  return { kind: "gaussian", d, mean, cov };
}

const distance = (a: Gaussian, b: Gaussian): number => Math.sqrt(squaredBures(a, b));

function product(a: Float64Array, b: Float64Array, d: number): Float64Array {
  const out = new Float64Array(d * d);
  matMul(a, b, d, d, d, out);
  return out;
}

const largestGap = (a: Float64Array, b: Float64Array): number =>
  a.reduce((most, value, k) => Math.max(most, Math.abs(value - b[k]!)), 0);

/** T x Tᵀ */
function pushed(map: Float64Array, cov: Float64Array, d: number): Float64Array {
  const out = new Float64Array(d * d);
  matMulNT(product(map, cov, d), map, d, d, d, out);
  return out;
}

const ranks = [
  [5, 5],
  [5, 2],
  [2, 5],
  [3, 3],
  [1, 1],
  [0, 4],
  [2, 1],
] as const;

describe("Bures–Wasserstein geodesic", () => {
  test.each(ranks)("constant speed, ranks %i and %i", (p, q) => {
    for (let seed = 1; seed <= 5; seed++) {
      const [a, b] = [randomGaussian(5, p, seed), randomGaussian(5, q, seed + 20)];
      const path = buresGeodesic(a, b);
      expect(path.length).toBeCloseTo(distance(a, b), 12);
      // Roots of singular matrices round at 1e-8 of the norm; of regular ones at 1e-15 times their condition.
      const slack = (p === 5 && q === 5 ? 1e-12 : 1e-7) * (1 + path.length);
      for (const [s, t] of [
        [0, 1],
        [0, 0.5],
        [0.5, 1],
        [0.1, 0.35],
      ] as const) {
        expect(Math.abs(distance(path.at(s), path.at(t)) - (t - s) * path.length)).toBeLessThan(slack);
      }
      expect(largestGap(path.at(0).cov, a.cov)).toBeLessThan(1e-13);
      expect(largestGap(path.at(1).cov, b.cov)).toBeLessThan(1e-13);
    }
  });

  test("the midpoint in d = 1 has the mean deviation; commuting covariances go eigenvalue by eigenvalue", () => {
    const diagonal = (values: readonly number[]): Gaussian => ({
      kind: "gaussian",
      d: 2,
      mean: new Float64Array(2),
      cov: Float64Array.of(values[0]!, 0, 0, values[1]!),
    });
    const middle = buresGeodesic(diagonal([1, 16]), diagonal([9, 0])).at(0.5);
    expect(largestGap(middle.cov, Float64Array.of(4, 0, 0, 4))).toBeLessThan(1e-14);
  });

  test("at full rank it is the map (1 − t)I + tT of the classical formula", () => {
    const d = 4;
    const [a, b] = [randomGaussian(d, d, 3), randomGaussian(d, d, 4)];
    const { sqrt, inverseSqrt } = psdSqrt(a.cov, d);
    const middle = psdSqrt(product(product(sqrt, b.cov, d), sqrt, d), d).sqrt;
    const classical = product(product(inverseSqrt, middle, d), inverseSqrt, d);
    const map = optimalMap(a, b);
    const size = Math.max(...classical.map(Math.abs));
    // Two ways through inverse roots of condition about 30.
    expect(largestGap(map, classical)).toBeLessThan(1e-12 * size);
    const step = map.map((value, k) => 0.3 * value + (k % (d + 1) === 0 ? 0.7 : 0));
    expect(largestGap(pushed(step, a.cov, d), buresGeodesic(a, b).at(0.3).cov)).toBeLessThan(1e-12 * size);
  });

  test("an optimal map to a smaller rank pushes the law forward at the cost of the distance", () => {
    const d = 5;
    const [a, b] = [randomGaussian(d, 4, 5), randomGaussian(d, 2, 6)];
    const map = optimalMap(a, b);
    // Condition of Σ_0 on its range below 1e3.
    expect(largestGap(pushed(map, a.cov, d), b.cov)).toBeLessThan(1e-11);
    const shift = a.mean.reduce((sum, value, k) => sum + (value - b.mean[k]!) ** 2, 0);
    const move = map.map((value, k) => value - (k % (d + 1) === 0 ? 1 : 0));
    const moved = pushed(move, a.cov, d);
    let cost = shift;
    for (let k = 0; k < d; k++) cost += moved[k * d + k]!;
    expect(Math.abs(cost - squaredBures(a, b))).toBeLessThan(1e-11);
  });

  test("says when it is not unique, and refuses a map that does not exist", () => {
    const line = (x: number, y: number): Gaussian => ({
      kind: "gaussian",
      d: 2,
      mean: new Float64Array(2),
      cov: Float64Array.of(x * x, x * y, x * y, y * y),
    });
    expect(buresGeodesic(line(1, 0), line(1, 1)).unique).toBe(true);
    expect(buresGeodesic(line(1, 0), line(0, 1)).unique).toBe(false);
    expect(() => optimalMap(line(1, 0), randomGaussian(2, 2, 1))).toThrow(InputError);
    expect(() => optimalMap(line(1, 0), line(0, 1))).toThrow("ranks 1 and 1, of which 0 are coupled");
    expect(() => buresGeodesic(line(1, 0), randomGaussian(3, 3, 1))).toThrow(InputError);
    expect(() => buresGeodesic(line(1, 0), line(1, 1)).at(1.5)).toThrow(InputError);
  });
});
