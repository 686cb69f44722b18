import { describe, expect, test } from "vitest";
import { InputError } from "../../foundation/errors/index.js";
import { cloudOf, sampleGaussian } from "../../foundation/law/index.js";
import { stream } from "../../foundation/random/index.js";
import { normalPdf } from "../../foundation/special-functions/index.js";
import type { Gaussian, Law, PointCloud } from "../../laws/contract.js";
import { type Bandwidth, squaredBandwidth } from "./bandwidth.js";
import { mmd } from "./index.js";

const at = (bandwidth: Bandwidth) => mmd.bind({ bandwidth }, 1);

const cloud = (points: readonly number[], weights?: readonly number[]): PointCloud => ({
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

/** MMD² = h√(2π)·∫(p∗φ − q∗φ)² with φ the normal density of variance h²/2, for k = h√(2π)·φ∗φ. */
function byConvolution(a: Law, b: Law, h: number): number {
  const half = (h * h) / 2;
  const density = (law: Law, x: number): number => {
    if (law.kind === "gaussian") {
      const s = Math.sqrt(law.cov[0]! + half);
      return normalPdf((x - law.mean[0]!) / s) / s;
    }
    const s = Math.sqrt(half);
    return law.points.reduce((sum, point, i) => sum + (law.weights[i]! * normalPdf((x - point) / s)) / s, 0);
  };
  const nodes = 8000;
  const step = 60 / nodes;
  let sum = 0;
  // The trapezoidal rule on a smooth function that vanishes at both ends converges geometrically.
  for (let k = 0; k <= nodes; k++) sum += step * (density(a, -30 + k * step) - density(b, -30 + k * step)) ** 2;
  // k(0) = 1 = c·φ_h(0).
  return h * Math.sqrt(2 * Math.PI) * sum;
}

describe("mmd", () => {
  test("its square is a distance of smoothed densities, for clouds, Gaussians and both", () => {
    const first = cloud([-1, 0.5, 2], [0.2, 0.5, 0.3]);
    const second = cloud([0, 1]);
    const third = normal(0.4, 1.7);
    for (const h of [0.5, 1, 3]) {
      for (const [a, b] of [
        [first, second],
        [first, third],
        [third, first],
        [third, normal(-0.3, 0.6)],
        [third, normal(0.4, 0)],
      ] as const) {
        // Rounding of 8000 terms.
        expect(Math.abs(at(h)(a, b) ** 2 - byConvolution(a, b, h))).toBeLessThan(1e-13);
      }
    }
  });

  test("two points: (2 − 2e^{−|x−y|²/2h²})^½", () => {
    const [x, y] = [cloudOf(Float64Array.of(0, 0), 1, 2), cloudOf(Float64Array.of(3, 4), 1, 2)];
    expect(at(5)(x, y)).toBeCloseTo(Math.sqrt(2 - 2 * Math.exp(-0.5)), 14);
    // "spread" is |x − y|/2 and "median" |x − y|.
    expect(at("spread")(x, y)).toBeCloseTo(Math.sqrt(2 - 2 * Math.exp(-2)), 14);
    expect(at("median")(x, y)).toBeCloseTo(Math.sqrt(2 - 2 * Math.exp(-0.5)), 14);
    expect(at("spread")(x, structuredClone(x))).toBe(0);
  });

  test("full covariances: large samples approach the closed forms", () => {
    const law: Gaussian = {
      kind: "gaussian",
      d: 2,
      mean: Float64Array.of(1, -0.5),
      cov: Float64Array.of(2, 0.6, 0.6, 1),
    };
    const other: Gaussian = { ...law, mean: Float64Array.of(0, 0), cov: Float64Array.of(1, 0, 0, 1) };
    const n = 3000;
    const [sample, second] = [sampleGaussian(law, n, 3, "law"), sampleGaussian(other, n, 3, "other")];
    const exact = at(1.5)(law, other);
    // A sample is at most n^{−½} from its law in the mean (k ≤ 1); four times that.
    const slack = 4 / Math.sqrt(n);
    expect(at(1.5)(sample, law)).toBeLessThan(slack);
    expect(Math.abs(at(1.5)(sample, other) - exact)).toBeLessThan(slack);
    expect(Math.abs(at(1.5)(sample, second) - exact)).toBeLessThan(2 * slack);
    expect(exact).toBeGreaterThan(3 * slack);
  });

  test("a fixed bandwidth gives a metric; rules give a number free of units", () => {
    const random = stream({ seed: 5, purpose: "mmd test" });
    const clouds = [0, 0.5, 1].map((shift) =>
      cloudOf(
        Float64Array.from({ length: 20 }, () => shift + random.normal()),
        10,
        2,
      ),
    );
    for (const a of clouds) {
      for (const b of clouds) {
        // Rounding of the squares is 1e-16: 1e-8 of a root.
        for (const c of clouds) expect(at(1)(a, c)).toBeLessThanOrEqual(at(1)(a, b) + at(1)(b, c) + 1e-7);
      }
    }
    const scaled = (one: PointCloud) => ({ ...one, points: one.points.map((value) => 100 * value) });
    for (const rule of ["spread", "median"] as const) {
      expect(at(rule)(scaled(clouds[0]!), scaled(clouds[2]!))).toBeCloseTo(at(rule)(clouds[0]!, clouds[2]!), 12);
    }
  });

  test("rules for the bandwidth: the median of all distances, the spread of the mixture", () => {
    // Distances of {0, 1, 3, 7}: 1, 2, 3, 4, 6, 7.
    expect(Math.sqrt(squaredBandwidth("median", cloud([0, 3]), cloud([7, 1])))).toBeCloseTo(3.5, 14);
    // Distances of {0, 1, 3}: 1, 2, 3.
    expect(Math.sqrt(squaredBandwidth("median", cloud([0]), cloud([3, 1])))).toBeCloseTo(2, 14);
    // The mixture of N(0, 2) and N(2, 4) has variance 3 + 1.
    expect(squaredBandwidth("spread", normal(0, 2), normal(2, 4))).toBeCloseTo(4, 14);
  });

  test("refuses a median that does not exist, and bandwidths without meaning", () => {
    for (const [a, b] of [
      [cloud([0, 1]), normal(0, 1)],
      [cloud([0, 1], [0.3, 0.7]), cloud([0, 1])],
      [cloud([0, 0, 0, 0]), cloud([0, 1])],
    ] as const) {
      expect(() => at("median")(a, b)).toThrow(InputError);
      expect(at("spread")(a, b)).toBeGreaterThan(0);
    }
    for (const bad of [0, -1, "mean", Number.POSITIVE_INFINITY]) {
      expect(mmd.params.safeParse({ bandwidth: bad }).success).toBe(false);
    }
  });
});
