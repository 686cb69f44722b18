import { describe, expect, test } from "vitest";
import { circleWasserstein } from "../src/distances/circle-wasserstein/index.js";
import { experiment } from "../src/experiment/index.js";
import { bandOf } from "../src/foundation/statistics/index.js";
import type { PointCloud } from "../src/laws/contract.js";
import { solve } from "../src/solve/index.js";
import { logSlope } from "./helpers/slope.js";

const distance = circleWasserstein.bind({}, 1);

interface Run {
  readonly levels: Record<string, unknown>;
  readonly T?: number;
  readonly n?: number;
  readonly seed?: number;
}

function finalLaw({ levels, T = 4, n = 256, seed = 1 }: Run): PointCloud {
  const { levels: bound, integration } = experiment({
    model: { attention: { softmax: { beta: 20 } }, geometry: "sphere" },
    initial: { density: { circle: { expression: "1 + 0.3*cos(theta) + 0.2*sin(5*theta)" }, n, seed } },
    levels,
    solve: { span: [0, T], steps: { adaptive: { rtol: 1e-7, atol: 1e-9 } } },
  });
  const { level } = bound[0]!;
  const { method, stepping } = level.own ?? integration;
  const { yEnd, outcome } = solve(level.problem, method, { span: [0, T], steps: stepping });
  expect(outcome.status).toBe("completed");
  return level.law(yEnd) as PointCloud;
}

const densityOf = (grid: number, T = 4) => finalLaw({ levels: { "mean-field": { grid } }, T });
const tokensOf = (n: number, seed: number, T = 4) => finalLaw({ levels: { particles: {} }, n, seed, T });

describe("the circle at β = 20, t = 4", () => {
  const density = densityOf(4096);

  test("quantile-placed points, n up to 10⁵, are inside the band of independent particle runs of their size and below", () => {
    for (const n of [100, 1000, 100_000]) {
      const found = distance(finalLaw({ levels: { "mean-field": { scheme: "quantiles", grid: n } } }), density);
      // Bands of runs of at most 1000 tokens: the band of 10⁵ is a tenth of that, and the points must lie below it too.
      const size = Math.min(n, 1000);
      const { high } = bandOf(
        Float64Array.from({ length: 8 }, (_, seed) => distance(tokensOf(size, seed + 1), density)),
      );
      expect(found).toBeLessThan(high * Math.sqrt(size / n));
    }
  });

  test("independent particle runs approach the density like n^{−½}", () => {
    // At t = 1 noise has grown twofold (r_6 = .72). At t = 4 it has grown 18-fold, is no longer small at n = 64, and the
    // slope over these sizes is −.38.
    const early = densityOf(4096, 1);
    const sizes = [64, 128, 256, 512];
    const errors = sizes.map((n) => {
      const values = Array.from({ length: 24 }, (_, seed) => distance(tokensOf(n, seed + 1, 1), early));
      return values.reduce((a, b) => a + b, 0) / values.length;
    });
    // Means of 24 distances scatter by 7 %; over three doublings the slope scatters by .04.
    expect(Math.abs(logSlope(sizes, errors) + 0.5)).toBeLessThan(0.12);
  });

  test("the error of the grid itself is far below", () => {
    const gaps = [512, 1024].map((grid) => distance(densityOf(grid), density));
    expect(gaps[1]!).toBeLessThan(gaps[0]!);
    expect(gaps[0]!).toBeLessThan(0.005);
  });
});
