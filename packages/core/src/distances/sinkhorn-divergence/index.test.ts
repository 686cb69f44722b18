import { describe, expect, test } from "vitest";
import { InputError, SolveError } from "../../foundation/errors/index.js";
import { cloudOf, momentsOf } from "../../foundation/law/index.js";
import { stream } from "../../foundation/random/index.js";
import { normalQuantile } from "../../foundation/special-functions/index.js";
import type { Gaussian, PointCloud } from "../../laws/contract.js";
import { squaredBures } from "../shared/bures.js";
import { cloudTransport } from "../shared/cloud-transport.js";
import { entropicCost, entropicSelfCost } from "./entropic.js";
import { sinkhornDivergence } from "./index.js";

const limits = { tolerance: 1e-10, maxIterations: 20_000 };
const at = (epsilon: number) => sinkhornDivergence.bind({ epsilon, ...limits }, 1);

function randomCloud(n: number, d: number, seed: number, shift = 0): PointCloud {
  const points = new Float64Array(n * d);
  stream({ seed, purpose: "sinkhorn test" }).fillNormal(points);
  return cloudOf(
    points.map((value) => value + shift),
    n,
    d,
  );
}

const normal = (mean: number, variance: number): Gaussian => ({
  kind: "gaussian",
  d: 1,
  mean: Float64Array.of(mean),
  cov: Float64Array.of(variance),
});

describe("entropic cost", () => {
  test("two against two points at {0, 1}: one number solves it", () => {
    // π = [[p, ½ − p], [½ − p, p]]: cost 1 − 2p + ε·KL(π | ¼) is least for p/(½ − p) = e^{1/ε}.
    const a = cloudOf(Float64Array.of(0, 1), 2, 1);
    for (const epsilon of [0.1, 1, 10]) {
      const p = 0.5 / (1 + Math.exp(-1 / epsilon));
      const q = 0.5 - p;
      const exact = 2 * q + epsilon * (2 * p * Math.log(4 * p) + 2 * q * Math.log(4 * q));
      // Quadratic in the tolerance of the marginals: only rounding is left.
      expect(Math.abs(entropicCost(a, a, epsilon, limits) - exact)).toBeLessThan(1e-14 * (1 + epsilon));
      expect(Math.abs(entropicSelfCost(a, epsilon, limits) - exact)).toBeLessThan(1e-14 * (1 + epsilon));
    }
  });

  test("the iteration for equal laws and the one for two laws agree", () => {
    const a = randomCloud(40, 2, 1);
    const weighted = { ...a, weights: Float64Array.from({ length: 40 }, (_, i) => (i + 1) / 820) };
    for (const one of [a, weighted]) {
      const found = entropicSelfCost(one, 0.2, limits);
      // Marginals to 1e-10 on both ways, so values to rounding.
      expect(Math.abs(entropicCost(one, one, 0.2, limits) / found - 1)).toBeLessThan(1e-12);
    }
  });

  test("it lies between the exact transport cost and that of independence", () => {
    const [a, b] = [randomCloud(30, 2, 2), randomCloud(25, 2, 3, 1)];
    const exact = cloudTransport("test", a, b, 2);
    let previous = exact;
    for (const epsilon of [0.05, 0.2, 1, 5]) {
      const found = entropicCost(a, b, epsilon, limits);
      expect(found).toBeGreaterThan(previous);
      previous = found;
    }
    const [first, second] = [momentsOf(a), momentsOf(b)];
    let independent = first.cov[0]! + first.cov[3]! + second.cov[0]! + second.cov[3]!;
    for (let k = 0; k < 2; k++) independent += (first.mean[k]! - second.mean[k]!) ** 2;
    expect(previous).toBeLessThan(independent);
  });
});

test("points without weight, and weights that sum to 1 only nearly, change nothing", () => {
  const [a, b] = [randomCloud(6, 2, 1), randomCloud(4, 2, 2)];
  const padded: PointCloud = {
    kind: "point-cloud",
    m: 8,
    d: 2,
    points: Float64Array.from([9, 9, ...a.points, -9, 9]),
    weights: Float64Array.from({ length: 8 }, (_, i) => (i === 0 || i === 7 ? 0 : (1 + 8e-10) / 6)),
  };
  const value = entropicCost(a, b, 0.1, limits);
  // The weights are divided by their sum; the marginals leave 1e-10 squared.
  expect(Math.abs(entropicCost(padded, b, 0.1, limits) / value - 1)).toBeLessThan(1e-13);
  expect(Math.abs(entropicCost(b, padded, 0.1, limits) / value - 1)).toBeLessThan(1e-13);
});

describe("sinkhorn-divergence", () => {
  test("small epsilon: W2; large epsilon: the distance of the means", () => {
    const [a, b] = [randomCloud(20, 2, 4), randomCloud(20, 2, 5, 1)];
    const exact = Math.sqrt(cloudTransport("test", a, b, 2));
    // At ε below the gaps of the costs the plan is the assignment up to e^{−gap/ε}; entropies cancel in the debiasing.
    expect(Math.abs(at(0.002)(a, b) / exact - 1)).toBeLessThan(1e-2);
    const [first, second] = [momentsOf(a), momentsOf(b)];
    const means = Math.hypot(first.mean[0]! - second.mean[0]!, first.mean[1]! - second.mean[1]!);
    // First order in 1/ε.
    expect(Math.abs(at(1e4)(a, b) / means - 1)).toBeLessThan(1e-3);
  });

  test("a translation by v has S_ε = |v|² at any epsilon", () => {
    const a = randomCloud(50, 2, 6);
    const moved = cloudOf(
      a.points.map((value, i) => value + (i % 2 === 0 ? 3 : 4)),
      50,
      2,
    );
    for (const epsilon of [0.01, 0.1, 1]) expect(at(epsilon)(a, moved)).toBeCloseTo(5, 9);
  });

  test("equal laws, copied or with points split in two, are at 0", () => {
    const a = randomCloud(15, 3, 7);
    const doubled = Float64Array.from({ length: 90 }, (_, k) => a.points[k % 45]!);
    // The square is 0 up to rounding of costs of about 6.
    expect(at(0.05)(a, cloudOf(doubled, 30, 3))).toBeLessThan(1e-7);
    const point = cloudOf(Float64Array.of(1, 2), 1, 2);
    expect(at(0.05)(point, structuredClone(point))).toBe(0);
  });

  test("Gaussians: the closed form is the limit of quantile clouds", () => {
    const n = 300;
    const quantiles = (mean: number, s: number) => {
      const raw = Float64Array.from({ length: n }, (_, i) => normalQuantile((i + 0.5) / n));
      const norm = Math.sqrt(raw.reduce((sum, value) => sum + value * value, 0) / n);
      return cloudOf(
        raw.map((value) => mean + (s * value) / norm),
        n,
        1,
      );
    };
    for (const epsilon of [0.1, 1]) {
      const exact = at(epsilon)(normal(0, 1), normal(0.5, 4));
      // Same means and variances; the tails beyond the last of 300 cells hold under 1 % of the fourth moment.
      expect(Math.abs(at(epsilon)(quantiles(0, 1), quantiles(0.5, 2)) / exact - 1)).toBeLessThan(2e-3);
    }
  });

  test("Gaussians: small epsilon is Bures–Wasserstein, large the distance of the means, in any rank", () => {
    const a: Gaussian = {
      kind: "gaussian",
      d: 2,
      mean: Float64Array.of(1, 0),
      cov: Float64Array.of(2, 0.5, 0.5, 1),
    };
    const b: Gaussian = { kind: "gaussian", d: 2, mean: Float64Array.of(0, 1), cov: Float64Array.of(1, 1, 1, 1) };
    const exact = Math.sqrt(squaredBures(a, b));
    // (ε/2)·log terms per dimension.
    expect(Math.abs(at(1e-7)(a, b) - exact)).toBeLessThan(1e-4);
    // First order in 1/ε.
    expect(at(1e6)(a, b)).toBeCloseTo(Math.SQRT2, 5);
  });

  test("an iteration that does not converge says so, with the error of the marginals", () => {
    const distance = sinkhornDivergence.bind({ epsilon: 1e-3, tolerance: 1e-9, maxIterations: 3 }, 1);
    try {
      distance(randomCloud(20, 2, 8), randomCloud(20, 2, 9));
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(SolveError);
      const { code, details } = error as SolveError;
      expect(code).toBe("no-convergence");
      expect(details["marginalError"]).toBeGreaterThan(1e-9);
    }
  });

  test("refuses a cloud against a Gaussian and parameters without meaning", () => {
    expect(() => at(0.1)(randomCloud(3, 1, 1), normal(0, 1))).toThrow(InputError);
    for (const bad of [{ epsilon: 0 }, { epsilon: -1 }, { tolerance: 0 }, { maxIterations: 0 }]) {
      expect(sinkhornDivergence.params.safeParse(bad).success).toBe(false);
    }
  });
});
