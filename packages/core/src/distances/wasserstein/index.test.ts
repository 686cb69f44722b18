import { describe, expect, test } from "vitest";
import { InputError } from "../../foundation/errors/index.js";
import { cloudOf, sampleGaussian } from "../../foundation/law/index.js";
import { stream } from "../../foundation/random/index.js";
import { normalQuantile } from "../../foundation/special-functions/index.js";
import type { Gaussian, Law, PointCloud } from "../../laws/contract.js";
import { assignment } from "../shared/assignment.js";
import { pairCosts } from "../shared/cloud-transport.js";
import { permutations } from "../shared/permutations.test-helper.js";
import { wasserstein } from "./index.js";

const of = (order: 1 | 2) => wasserstein.bind({ order }, 1);

function randomCloud(n: number, d: number, seed: number): PointCloud {
  const points = new Float64Array(n * d);
  stream({ seed, purpose: "wasserstein test" }).fillNormal(points);
  return cloudOf(points, n, d);
}

const gaussian = (mean: readonly number[], diagonal: readonly number[]): Gaussian => {
  const d = mean.length;
  const cov = new Float64Array(d * d);
  diagonal.forEach((value, i) => {
    cov[i * d + i] = value;
  });
  return { kind: "gaussian", d, mean: Float64Array.from(mean), cov };
};

const codeOf = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    if (error instanceof InputError) return error.code;
  }
  return "nothing";
};

/** W_p on the line: sorted points are matched. */
function sorted(a: PointCloud, b: PointCloud, order: 1 | 2): number {
  const [x, y] = [a.points.toSorted(), b.points.toSorted()];
  const mean = x.reduce((sum, value, i) => sum + Math.abs(value - y[i]!) ** order, 0) / a.m;
  return mean ** (1 / order);
}

describe.each([1, 2] as const)("wasserstein of order %i between clouds", (order) => {
  const distance = of(order);

  test("the best of all matchings, n ≤ 7", () => {
    for (let n = 1; n <= 7; n++) {
      const [a, b] = [randomCloud(n, 3, n), randomCloud(n, 3, n + 20)];
      const cost = pairCosts(a, b, order);
      const sums = permutations(n).map((match) => match.reduce((sum, j, i) => sum + cost[i * n + j]!, 0));
      // Seven roundings.
      expect(distance(a, b)).toBeCloseTo((Math.min(...sums) / n) ** (1 / order), 14);
    }
  });

  test("on the line the sorted points are matched", () => {
    const [a, b] = [randomCloud(300, 1, 1), randomCloud(300, 1, 2)];
    // Sums of 300 terms in another order.
    expect(Math.abs(distance(a, b) / sorted(a, b, order) - 1)).toBeLessThan(1e-12);
  });

  test("a translation by v costs |v|", () => {
    const a = randomCloud(60, 3, 3);
    const v = [3, 0, 4];
    const shifted = cloudOf(
      a.points.map((value, i) => value + v[i % 3]!),
      60,
      3,
    );
    expect(distance(a, shifted)).toBeCloseTo(5, 13);
  });

  test("potentials prove a cloud of 500 to 1e-12", () => {
    const n = 500;
    const cost = pairCosts(randomCloud(n, 2, 5), randomCloud(n, 2, 6), order);
    const found = assignment(cost, n);
    let [dual, violation] = [0, 0];
    for (let i = 0; i < n; i++) {
      dual += found.rowPotential[i]! + found.columnPotential[i]!;
      for (let j = 0; j < n; j++) {
        violation = Math.max(violation, found.rowPotential[i]! + found.columnPotential[j]! - cost[i * n + j]!);
      }
    }
    // The gap is relative to the cost; feasibility to costs of up to 50.
    expect(Math.abs(dual / found.cost - 1)).toBeLessThan(1e-12);
    expect(violation).toBeLessThan(1e-13);
  });

  test("copies of points are mass: 20 points against the same twice", () => {
    const a = randomCloud(20, 2, 7);
    const twice = Float64Array.from({ length: 80 }, (_, k) => a.points[k % 40]!);
    // The optimum is 0; potentials leave at most a rounding of a cost, and order 2 takes its root.
    expect(distance(a, cloudOf(twice, 40, 2))).toBeLessThan(1e-7);
    expect(distance(a, randomCloud(20, 2, 8))).toBeGreaterThan(0.1);
  });
});

describe("wasserstein between Gaussians", () => {
  test("order 2 is Bures–Wasserstein: commuting covariances by hand", () => {
    expect(of(2)(gaussian([1, 0], [4, 9]), gaussian([0, 0], [1, 1]))).toBeCloseTo(Math.sqrt(1 + 1 + 4), 14);
  });

  test("on the line, order 1 is E|δ + (s_0 − s_1)Z|", () => {
    expect(of(1)(gaussian([1], [9]), gaussian([1], [1]))).toBeCloseTo(2 * Math.sqrt(2 / Math.PI), 14);
    expect(of(1)(gaussian([1], [4]), gaussian([-2], [4]))).toBe(3);
  });

  test("quantile clouds on the line approach the closed forms", () => {
    const n = 1000;
    const quantiles = (mean: number, s: number) =>
      cloudOf(
        Float64Array.from({ length: n }, (_, i) => mean + s * normalQuantile((i + 0.5) / n)),
        n,
        1,
      );
    for (const order of [1, 2] as const) {
      const exact = of(order)(gaussian([0], [1]), gaussian([0.5], [4]));
      // Tails beyond the last cells hold n⁻¹·log n of the second moment: under 1 %.
      expect(Math.abs(of(order)(quantiles(0, 1), quantiles(0.5, 2)) / exact - 1)).toBeLessThan(5e-3);
    }
  });

  test("samples in the plane approach the closed form", () => {
    const [a, b] = [gaussian([0, 0], [1, 1]), gaussian([2, 1], [4, 0.25])];
    const n = 600;
    const sampled = of(2)(sampleGaussian(a, n, 1, "first"), sampleGaussian(b, n, 1, "second"));
    // The means alone have standard error (5.25/n)^½ = .09 of a distance of 2.5; three of them.
    expect(Math.abs(sampled - of(2)(a, b))).toBeLessThan(0.28);
  });
});

describe("wasserstein refuses", () => {
  const cloud = randomCloud(5, 2, 1);

  test("a cloud against a Gaussian, naming what to take", () => {
    const law = gaussian([0, 0], [1, 1]);
    const pairs: readonly (readonly [Law, Law])[] = [
      [cloud, law],
      [law, cloud],
    ];
    for (const [a, b] of pairs) {
      expect(codeOf(() => of(2)(a, b))).toBe("incompatible");
      expect(() => of(2)(a, b)).toThrow("sliced-wasserstein");
    }
  });

  test("Gaussians of order 1 off the line, an order that is neither 1 nor 2, negative variances", () => {
    const law = gaussian([0, 0], [1, 1]);
    expect(codeOf(() => of(1)(law, law))).toBe("incompatible");
    expect(wasserstein.params.safeParse({ order: 3 }).success).toBe(false);
    expect(codeOf(() => of(1)(gaussian([0], [-1]), gaussian([0], [1])))).toBe("not-positive-semidefinite");
  });
});
