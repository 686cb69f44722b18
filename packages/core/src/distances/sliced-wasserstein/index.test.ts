import { describe, expect, test } from "vitest";
import { cloudOf, sampleGaussian } from "../../foundation/law/index.js";
import { stream } from "../../foundation/random/index.js";
import { normalCdf, normalQuantile } from "../../foundation/special-functions/index.js";
import type { Gaussian, PointCloud } from "../../laws/contract.js";
import { slicedWasserstein } from "./index.js";
import { normalCells } from "./quantiles.js";

const sliced = (directions: number, seed = 1) => slicedWasserstein.bind({ directions }, seed);

const line = (points: readonly number[], weights?: readonly number[]): PointCloud => ({
  kind: "point-cloud",
  m: points.length,
  d: 1,
  points: Float64Array.from(points),
  weights: Float64Array.from(weights ?? points.map(() => 1 / points.length)),
});

const normal = (mean: number, variance: number): Gaussian => ({
  kind: "gaussian",
  d: 1,
  mean: Float64Array.of(mean),
  cov: Float64Array.of(variance),
});

const identityGaussian = (d: number, scale = 1): Gaussian => ({
  kind: "gaussian",
  d,
  mean: new Float64Array(d),
  cov: Float64Array.from({ length: d * d }, (_, i) => (i % (d + 1) === 0 ? scale : 0)),
});

/** ∫_0^1 (x(u) − m − sΦ⁻¹(u))² du with u = Φ(z): the trapezoidal rule in z on each cell, ends included. */
function byQuadrature(points: readonly number[], ends: readonly number[], mean: number, deviation: number): number {
  const nodes = 4000;
  let total = 0;
  points.forEach((x, i) => {
    const from = i === 0 ? -12 : normalQuantile(ends[i - 1]!);
    const to = i === points.length - 1 ? 12 : normalQuantile(ends[i]!);
    const f = (z: number) => (x - mean - deviation * z) ** 2 * Math.exp((-z * z) / 2);
    const h = (to - from) / nodes;
    // Simpson's rule: h⁴ with h < 0.006.
    for (let k = 0; k <= nodes; k++) {
      const weight = k === 0 || k === nodes ? 1 : k % 2 === 1 ? 4 : 2;
      total += (weight * h * f(from + k * h)) / 3;
    }
  });
  return total / Math.sqrt(2 * Math.PI);
}

describe("sliced-wasserstein on the line", () => {
  test("equal clouds: the sorted points are matched", () => {
    // Sorted: (0,1), (1,3), (5,5).
    expect(sliced(1)(line([5, 0, 1]), line([3, 5, 1]))).toBeCloseTo(Math.sqrt((1 + 4 + 0) / 3), 14);
  });

  test("unequal sizes and weights: the quantile functions are matched", () => {
    // F⁻¹ = 0 on (0, .25], 1 on (.25, 1]; G⁻¹ = −1 on (0, .5], 2 on (.5, 1].
    const square = 0.25 * 1 + 0.25 * 4 + 0.5 * 1;
    expect(sliced(1)(line([1, 0], [0.75, 0.25]), line([-1, 2]))).toBeCloseTo(Math.sqrt(square), 14);
    // Splitting a point into two halves changes nothing.
    expect(sliced(1)(line([0, 0, 3], [0.25, 0.25, 0.5]), line([0, 3]))).toBe(0);
    const three = sliced(1)(line([0, 1, 2]), line([0, 0, 1, 1, 2, 2]));
    expect(three).toBeLessThan(1e-8);
  });

  test("a cloud against a Gaussian: the cell formula is the quantile integral", () => {
    const points = [-1.3, -0.2, 0.4, 0.9, 2.5];
    const weights = [0.1, 0.3, 0.2, 0.25, 0.15];
    const ends = [0.1, 0.4, 0.6, 0.85, 1];
    const found = sliced(1)(line(points, weights), normal(0.3, 2.25));
    // Simpson's error, and the tails beyond 12 standard deviations.
    expect(Math.abs(found ** 2 - byQuadrature(points, ends, 0.3, 1.5))).toBeLessThan(1e-11);
    const equal = sliced(1)(line(points), normal(-1, 0.04));
    const reference = byQuadrature(points, [0.2, 0.4, 0.6, 0.8, 1], -1, 0.2);
    expect(Math.abs(equal ** 2 - reference)).toBeLessThan(1e-11);
  });

  test("one point against N(m, s²): (x − m)² + s²", () => {
    expect(sliced(1)(line([2]), normal(-1, 4))).toBeCloseTo(Math.sqrt(9 + 4), 14);
    expect(sliced(1)(line([2, 2]), normal(2, 0))).toBe(0);
  });

  test("Gaussians: (m_0 − m_1)² + (s_0 − s_1)², from one direction", () => {
    expect(sliced(64)(normal(1, 9), normal(-3, 1))).toBeCloseTo(Math.sqrt(16 + 4), 14);
  });

  test("the cells of the normal law: means average to 0, and 4096 cells leave less than 1e-3 of the variance", () => {
    const ends = Float64Array.from({ length: 4096 }, (_, i) => (i + 1) / 4096);
    const { masses, means, within } = normalCells(ends);
    const average = masses.reduce((sum, mass, i) => sum + mass * means[i]!, 0);
    // 4096 roundings of 1e-16 each.
    expect(Math.abs(average)).toBeLessThan(1e-13);
    expect(within).toBeGreaterThan(0);
    expect(within).toBeLessThan(1e-3);
  });
});

describe("sliced-wasserstein of order 1 on the line", () => {
  const first = slicedWasserstein.bind({ directions: 1, order: 1 }, 1);

  test("clouds: the area between the distribution functions", () => {
    // Sorted: (0,1), (1,3), (5,5).
    expect(first(line([5, 0, 1]), line([3, 5, 1]))).toBeCloseTo((1 + 2 + 0) / 3, 14);
    expect(first(line([1, 0], [0.75, 0.25]), line([-1, 2]))).toBeCloseTo(0.25 * 1 + 0.25 * 2 + 0.5 * 1, 14);
  });

  /** ∫|F − Φ((x − m)/s)| dx by the midpoint rule between the points. */
  function byArea(points: readonly number[], ends: readonly number[], mean: number, deviation: number): number {
    const jumps = [mean - 12 * deviation - 5, ...points, mean + 12 * deviation + 5];
    const nodes = 40_000;
    let total = 0;
    for (let i = 0; i + 1 < jumps.length; i++) {
      const level = i === 0 ? 0 : ends[i - 1]!;
      const h = (jumps[i + 1]! - jumps[i]!) / nodes;
      for (let k = 0; k < nodes; k++) {
        const x = jumps[i]! + (k + 0.5) * h;
        total += h * Math.abs(level - normalCdf((x - mean) / deviation));
      }
    }
    return total;
  }

  test("a cloud against a Gaussian: the area between the distribution functions", () => {
    const points = [-1.3, -0.2, 0.4, 0.9, 2.5];
    const weights = [0.1, 0.3, 0.2, 0.25, 0.15];
    for (const [mean, deviation] of [
      [0.3, 1.5],
      [-1, 0.2],
      [4, 1],
    ] as const) {
      // Midpoints with h < 1e-3, kinks included: h²/24 times a slope of at most 2.
      const weighted = byArea(points, [0.1, 0.4, 0.6, 0.85, 1], mean, deviation);
      expect(Math.abs(first(line(points, weights), normal(mean, deviation ** 2)) - weighted)).toBeLessThan(1e-7);
      const equal = byArea(points, [0.2, 0.4, 0.6, 0.8, 1], mean, deviation);
      expect(Math.abs(first(line(points), normal(mean, deviation ** 2)) - equal)).toBeLessThan(1e-7);
    }
  });

  test("points and normals without spread; one point at the mean: s(2/π)^½", () => {
    expect(first(line([2, 4]), normal(3, 0))).toBe(1);
    expect(first(line([3]), normal(3, 4))).toBeCloseTo(2 * Math.sqrt(2 / Math.PI), 14);
    expect(first(normal(1, 9), normal(1, 1))).toBeCloseTo(2 * Math.sqrt(2 / Math.PI), 14);
    expect(first(normal(1, 4), normal(-3, 4))).toBe(4);
  });

  test("in d dimensions it is below order 2 and scales with the laws", () => {
    const [a, b] = [
      sampleGaussian(identityGaussian(3), 40, 1, "a"),
      sampleGaussian(identityGaussian(3, 2), 30, 1, "b"),
    ];
    const bind = (order: 1 | 2) => slicedWasserstein.bind({ directions: 32, order }, 1);
    // Jensen's inequality, with strict spread.
    expect(bind(1)(a, b)).toBeLessThan(bind(2)(a, b));
    const scaled = (one: PointCloud) =>
      cloudOf(
        one.points.map((value) => 4 * value),
        one.m,
        3,
      );
    expect(bind(1)(scaled(a), scaled(b))).toBeCloseTo(4 * bind(1)(a, b), 13);
  });
});

describe("sliced-wasserstein in d dimensions", () => {
  test("a translation by v has SW² = |v|²/d in the mean over directions", () => {
    const d = 4;
    const law = identityGaussian(d);
    const shifted: Gaussian = { ...law, mean: Float64Array.of(3, 0, 0, 4) };
    const directions = 4096;
    const square = sliced(directions)(law, shifted) ** 2;
    // ⟨θ,v⟩² has relative standard deviation (2(d−1)/(d+2))^½ = 1 here; four of them over 64.
    expect(Math.abs(square / (25 / d) - 1)).toBeLessThan(4 / Math.sqrt(directions));
    const cloud = sampleGaussian(law, 100, 3, "test");
    const moved = cloudOf(
      cloud.points.map((value, i) => value + shifted.mean[i % d]!),
      100,
      d,
    );
    // The same directions, so the same value: only roundings differ.
    expect(Math.abs(sliced(directions)(cloud, moved) ** 2 - square)).toBeLessThan(1e-12 * square * 10);
  });

  test("isotropic Gaussians: every direction gives |s_0 − s_1|", () => {
    expect(sliced(16)(identityGaussian(6, 4), identityGaussian(6, 0.25))).toBeCloseTo(1.5, 13);
  });

  test("the weighted path and the sorted path agree on equal weights", () => {
    const cloud = sampleGaussian(identityGaussian(3), 40, 1, "first");
    const other = sampleGaussian(identityGaussian(3, 2), 40, 1, "second");
    // Two points of half the weight in place of one; the last weight differs by an ulp so that weights are unequal.
    const doubled = Float64Array.from({ length: 80 }, (_, i) => (i < 79 ? 1 / 80 : (1 + 2 ** -50) / 80));
    const points = Float64Array.from({ length: 240 }, (_, i) => cloud.points[Math.floor(i / 6) * 3 + (i % 3)]!);
    const weighted: PointCloud = { kind: "point-cloud", m: 80, d: 3, points, weights: doubled };
    const reference = sliced(32)(cloud, other);
    // An ulp of mass times the squared distances.
    expect(Math.abs(sliced(32)(weighted, other) - reference)).toBeLessThan(1e-12);
    const gaussian = identityGaussian(3, 2);
    expect(Math.abs(sliced(32)(weighted, gaussian) - sliced(32)(cloud, gaussian))).toBeLessThan(1e-12);
  });

  test("a Gaussian is exact: large samples of it approach the exact value at n^{−½}", () => {
    const [law, other] = [identityGaussian(3), identityGaussian(3, 4)];
    const n = 20_000;
    const exact = sliced(64)(law, other);
    const sampled = sliced(64)(law, sampleGaussian(other, n, 5, "test"));
    // The empirical deviation has relative error (2n)^{−½}; times 2, five of them; and it is not zero.
    expect(Math.abs(sampled - exact)).toBeLessThan((5 * 2) / Math.sqrt(2 * n));
    expect(sampled).not.toBe(exact);
  });

  test("the directions depend on the seed, and more directions settle the value", () => {
    const random = stream({ seed: 9, purpose: "test" });
    const points = Float64Array.from({ length: 60 }, () => random.normal());
    const [a, b] = [cloudOf(points.slice(0, 30), 10, 3), cloudOf(points.slice(30), 10, 3)];
    expect(sliced(8, 1)(a, b)).toBe(sliced(8, 1)(a, b));
    expect(sliced(8, 1)(a, b)).not.toBe(sliced(8, 2)(a, b));
    // 4096 directions: relative spread about 1/64 or less between seeds.
    expect(Math.abs(sliced(4096, 1)(a, b) / sliced(4096, 2)(a, b) - 1)).toBeLessThan(4 / 64);
  });
});
