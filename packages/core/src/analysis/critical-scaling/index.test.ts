import { describe, expect, test } from "vitest";
import { logSlope } from "../../../test/helpers/slope.js";
import { analyzeExperiment, experiment, runExperiment } from "../../experiment/index.js";
import { nextOverlap } from "./index.js";

/** One layer without a residual: x + Γ(x) − x, normalised. */
function bare(n: number, overlap: number, gamma: number, initial: object = { equiangular: { d: n, n, overlap } }) {
  return experiment({
    model: {
      attention: { softmax: { beta: { "log-n": gamma } } },
      feedforward: { affine: { W: { scale: -1 } } },
      geometry: "sphere",
    },
    initial,
    levels: { layers: { L: 1 } },
    observe: { "mean-overlap": { at: [1] } },
  });
}

const layerOf = (one: ReturnType<typeof bare>) =>
  runExperiment(one).levels["layers"]!.series["mean-overlap"]!.value.data[0]!;

test.each([
  [8, 0.5, 1],
  [8, 0.5, 2],
  [40, 0.2, 1.25],
  [40, 0.9, 14],
])("the closed form is what a layer does: n = %d, ρ = %d, γ = %d", (n, overlap, gamma) => {
  // Sums of 40 terms.
  expect(Math.abs(layerOf(bare(n, overlap, gamma)) - nextOverlap(n, overlap, gamma * Math.log(n)))).toBeLessThan(1e-13);
});

describe("limits n → ∞ on both sides of γ_c = 1/(1 − ρ), and at it", () => {
  const overlap = 0.3;
  const critical = 1 / (1 - overlap);
  const sizes = [1e4, 1e6, 1e8];
  const gaps = (factor: number, limit: number) =>
    sizes.map((n) => Math.abs(nextOverlap(n, overlap, factor * critical * Math.log(n)) - limit));

  test.each([
    ["below", 0.5, 1],
    ["at", 1, (4 * overlap) / (1 + 3 * overlap)],
    ["above", 1.5, overlap],
  ])("%s", (_where, factor, limit) => {
    // 1 below: a token keeps a part n^{−½} of itself, whose square parts directions. At and above: terms of order 1/n and
    // n^{−½}. A slope is exact to the next order, n^{−½} at 10⁴.
    const expected = factor === 1 || factor === 0.5 ? -1 : -0.5;
    expect(Math.abs(logSlope(sizes, gaps(factor, limit)) - expected)).toBeLessThan(0.02);
  });
});

describe("analyze", () => {
  const answer = (gamma: number, initial?: object) => {
    const { spec: _, ...bound } = bare(32, 0.5, gamma, initial);
    const plain = experiment({
      model: { attention: { softmax: { beta: { "log-n": gamma } } }, geometry: "sphere" },
      initial: initial ?? { equiangular: { d: 32, n: 32, overlap: 0.5 } },
      levels: { particles: {} },
    });
    expect(analyzeExperiment({ ...bound, spec: {} })["critical-scaling"]).toBeUndefined();
    return analyzeExperiment(plain)["critical-scaling"] as Record<string, number | string> | undefined;
  };

  test.each([
    [1, "below", 1],
    [2, "critical", 0.8],
    [3, "above", 0.5],
  ])("γ = %d is %s γ_c = 2, and the limit is %d", (gamma, verdict, limit) => {
    const found = answer(gamma)!;
    expect(found["verdict"]).toBe(verdict);
    // Overlaps of made-up tokens have an error of a rounding or two.
    expect(Math.abs((found["critical"] as number) - 2)).toBeLessThan(1e-14);
    expect(Math.abs((found["limit"] as number) - limit)).toBeLessThan(1e-14);
    expect(Math.abs((found["gamma"] as number) - gamma)).toBeLessThan(1e-14);
  });

  test("tokens that are no near-simplex are left out", () => {
    expect(answer(2, { "uniform-sphere": { d: 3, n: 10, seed: 1 } })).toBeUndefined();
  });
});
