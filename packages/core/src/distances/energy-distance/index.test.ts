import { describe, expect, test } from "vitest";
import { InputError } from "../../foundation/errors/index.js";
import { cloudOf, sampleGaussian } from "../../foundation/law/index.js";
import { stream } from "../../foundation/random/index.js";
import { normalCdf } from "../../foundation/special-functions/index.js";
import type { Gaussian, Law, PointCloud } from "../../laws/contract.js";
import { energyDistance } from "./index.js";
import { thinCloud } from "./thin.js";

const energy = energyDistance.bind({ maxPoints: null }, 1);

const normal = (mean: number, variance: number): Gaussian => ({
  kind: "gaussian",
  d: 1,
  mean: Float64Array.of(mean),
  cov: Float64Array.of(variance),
});

const cloud = (points: readonly number[], weights?: readonly number[]): PointCloud => ({
  kind: "point-cloud",
  m: points.length,
  d: 1,
  points: Float64Array.from(points),
  weights: Float64Array.from(weights ?? points.map(() => 1 / points.length)),
});

const cdf = (law: Law, x: number): number => {
  if (law.kind === "gaussian") return normalCdf((x - law.mean[0]!) / Math.sqrt(law.cov[0]!));
  return law.points.reduce((sum, point, i) => (point <= x ? sum + law.weights[i]! : sum), 0);
};

/** 2∫(F − G)² dx by Simpson's rule between the jumps; `jumps` sorted, the first and last far out. */
function byDistributionFunctions(a: Law, b: Law, jumps: readonly number[]): number {
  let total = 0;
  for (let i = 0; i + 1 < jumps.length; i++) {
    const [from, to] = [jumps[i]!, jumps[i + 1]!];
    const nodes = 2000;
    const h = (to - from) / nodes;
    for (let k = 0; k <= nodes; k++) {
      const inside = Math.min(Math.max(from + k * h, from + 1e-13), to - 1e-13);
      const weight = k === 0 || k === nodes ? 1 : k % 2 === 1 ? 4 : 2;
      total += ((weight * h) / 3) * 2 * (cdf(a, inside) - cdf(b, inside)) ** 2;
    }
  }
  return total;
}

describe("energy-distance", () => {
  test("in d = 1 its square is 2∫(F − G)², for clouds, Gaussians and both", () => {
    const first = cloud([-1, 0.5, 2], [0.2, 0.5, 0.3]);
    const second = cloud([0, 1]);
    const third = normal(0.4, 1.7);
    const jumps = [-14, -1, 0, 0.5, 1, 2, 14];
    for (const [a, b] of [
      [first, second],
      [first, third],
      [third, normal(-0.3, 0.6)],
    ] as const) {
      // Simpson with h < 0.007 between jumps, ends off by 1e-13.
      expect(Math.abs(energy(a, b) ** 2 - byDistributionFunctions(a, b, jumps))).toBeLessThan(1e-10);
    }
  });

  test("two points: (2|x − y|)^½", () => {
    const [x, y] = [cloudOf(Float64Array.of(0, 0), 1, 2), cloudOf(Float64Array.of(3, 4), 1, 2)];
    expect(energy(x, y)).toBeCloseTo(Math.sqrt(10), 14);
    const point: Gaussian = { kind: "gaussian", d: 2, mean: Float64Array.of(3, 4), cov: new Float64Array(4) };
    expect(energy(x, point)).toBeCloseTo(Math.sqrt(10), 14);
    expect(energy(y, point)).toBe(0);
  });

  test("the Gaussian terms are the limit of samples: a sample of 4000 stands for its law", () => {
    const d = 3;
    const cov = Float64Array.of(2, 0.3, 0, 0.3, 1, 0.2, 0, 0.2, 0.5);
    const law: Gaussian = { kind: "gaussian", d, mean: new Float64Array(d), cov };
    const other: Gaussian = { ...law, mean: Float64Array.of(1, 0, -0.5) };
    const exact = energy(law, other);
    const sample = sampleGaussian(other, 4000, 7, "test");
    // The square of the distance of a sample to its own law is about E|X − X'|/n = 6e-4, so its root is below 0.04.
    expect(energy(sample, other)).toBeLessThan(0.04);
    expect(Math.abs(energy(law, sample) - exact)).toBeLessThan(0.04);
    expect(exact).toBeGreaterThan(0.3);
  });

  test("weights count: a point of double weight is two points", () => {
    const merged = cloud([0, 1, 3], [0.5, 0.25, 0.25]);
    const other = cloud([-1, 2]);
    expect(energy(merged, other)).toBeCloseTo(energy(cloud([0, 0, 1, 3]), other), 14);
  });

  test("scaling by s scales it by s^½", () => {
    const random = stream({ seed: 2, purpose: "test" });
    const x = Float64Array.from({ length: 40 }, () => random.normal());
    const [a, b] = [cloudOf(x.slice(0, 20), 10, 2), cloudOf(x.slice(20), 10, 2)];
    const scaled = (one: PointCloud) =>
      cloudOf(
        one.points.map((value) => 9 * value),
        10,
        2,
      );
    // The square is a difference of means of size 20 that leaves about 1.
    expect(energy(scaled(a), scaled(b)) / energy(a, b)).toBeCloseTo(3, 12);
  });
});

describe("thinning of large clouds", () => {
  const points = Float64Array.from({ length: 600 }, (_, i) => i);
  const full = cloudOf(points, 300, 2);

  test("never happens unasked, is reproducible by seed, takes no point twice", () => {
    const thinned = thinCloud(full, 100, 1);
    expect(new Set(Array.from({ length: 100 }, (_, i) => thinned.points[2 * i])).size).toBe(100);
    expect(thinCloud(full, 100, 1)).toEqual(thinned);
    expect(thinCloud(full, 100, 2)).not.toEqual(thinned);
    expect(thinCloud(full, 300, 1)).toBe(full);
  });

  test("weights become frequencies", () => {
    const weighted = cloud([0, 1, 2, 3], [0.5, 0.25, 0.125, 0.125]);
    // Only more points than asked for are thinned: three places at mass 1/3 each hold the heavy point once or twice.
    const thinned = thinCloud(weighted, 3, 4);
    const heavy = thinned.points.filter((value) => value === 0).length;
    expect(heavy === 1 || heavy === 2).toBe(true);
  });

  test("maxPoints equal to n changes nothing, fewer approximate", () => {
    const a = sampleGaussian(normal(0, 1), 400, 1, "a");
    const b = sampleGaussian(normal(2, 1), 400, 1, "b");
    expect(energyDistance.bind({ maxPoints: 400 }, 3)(a, b)).toBe(energy(a, b));
    const fewer = energyDistance.bind({ maxPoints: 100 }, 3)(a, b);
    // 100 points each: the mean moves by at most four standard errors, 4·(2/100)^½ of 2.
    expect(Math.abs(fewer / energy(a, b) - 1)).toBeLessThan(0.3);
    expect(fewer).not.toBe(energy(a, b));
  });

  test("parameters are checked", () => {
    expect(energyDistance.params.safeParse({ maxPoints: 0 }).success).toBe(false);
    expect(energyDistance.params.safeParse({ points: 3 }).success).toBe(false);
    const outside: PointCloud = { ...cloud([0, 1]), weights: Float64Array.of(0.5, 0.6) };
    expect(() => energy(outside, outside)).toThrow(InputError);
  });
});
