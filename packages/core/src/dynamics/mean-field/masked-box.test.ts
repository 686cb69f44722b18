import { describe, expect, test } from "vitest";
import { distanceMax, logSlope } from "../../../test/helpers/slope.js";
import { conditionalWasserstein } from "../../distances/conditional-wasserstein/index.js";
import { type Experiment, experiment } from "../../experiment/index.js";
import { InputError } from "../../foundation/errors/index.js";
import { cloudOf, momentsOf, sampleLaw } from "../../foundation/law/index.js";
import { normalQuantile } from "../../foundation/special-functions/index.js";
import type { PointCloud } from "../../laws/contract.js";
import { rk4 } from "../../methods/rk4/index.js";
import { createModel } from "../../model/index.js";
import { fixed, solve } from "../../solve/index.js";
import { overStretches } from "./stretches.js";

const line = { box: [-6, 6], expression: "exp(-(x - sin(2*s))^2/(0.5 + s))" };
/** Softmax pulls together, W pulls to 0: nothing here keeps Gaussians Gaussian. */
const modelOf = (mask: unknown) => ({
  attention: { softmax: { beta: 0.5 } },
  feedforward: { affine: { W: { scale: -1 } } },
  mask,
});

function bound(mask: unknown, levels: Record<string, unknown>, n = 512): Experiment {
  return experiment({ model: modelOf(mask), initial: { density: { line, n } }, levels });
}

function finalLaw(one: Experiment, T: number): PointCloud {
  const { level } = one.levels[0]!;
  const { method, stepping } = level.own ?? one.integration;
  const { outcome, yEnd } = solve(level.problem, method, { span: [0, T], steps: stepping });
  expect(outcome.status).toBe("completed");
  return level.law(yEnd) as PointCloud;
}

const lawOf = (mask: unknown, positions: number, grid = 48, tolerance = 1e-6) =>
  finalLaw(bound(mask, { "mean-field": { positions, grid, tolerance } }), 1);

/** What stands at position p, as a law of its own. */
function rowOf({ d, points, weights, cells }: PointCloud, p: number): PointCloud {
  const [count, n] = cells!.shape as [number, number];
  const share = { m: n, d, points: points.slice(p * n * d, (p + 1) * n * d) };
  return { kind: "point-cloud", ...share, weights: weights.slice(p * n, (p + 1) * n).map((w) => w * count) };
}

/** Mean and variance at each position. */
function momentsByPosition(law: PointCloud): number[][] {
  return Array.from({ length: law.cells!.shape[0]! }, (_, p) => {
    const { mean, cov } = momentsOf(rowOf(law, p));
    return [mean[0]!, cov[0]!];
  });
}

/**
 * The same slices by characteristics: points at equal distances with masses ρ(x|s), moved by the model's own field. A sum
 * over equal distances is the integral of a smooth law to rounding, and stays it along a smooth flow.
 */
function byCharacteristics(one: Experiment, positions: number, T: number): number[][] {
  const k = 96;
  const m = positions * k;
  const at = Float64Array.from({ length: m }, (_, j) => (Math.floor(j / k) + 0.5) / positions);
  const y0 = Float64Array.from({ length: m }, (_, j) => 12 * (((j % k) + 0.5) / k) - 6);
  const weights = y0.map((x, j) => one.initial.density!.at(Float64Array.of(x), at[j]!));
  const rows = Array.from({ length: positions }, (_, p) => [p * k, (p + 1) * k] as const);
  for (const [from, to] of rows) {
    const total = positions * weights.subarray(from, to).reduce((a, b) => a + b, 0);
    for (let j = from; j < to; j++) weights[j]! /= total;
  }
  const view = (points: Float64Array) => ({ m, d: 1, points, weights, positions: at });
  const scratch = new Float64Array(m);
  const model = createModel({ ...one.model, mask: overStretches(one.model.mask, positions) });
  const problem = {
    y0,
    layout: { x: { offset: 0, shape: [m] } },
    drift: (t: number, y: Float64Array, out: Float64Array) => model.fieldAt(view(y), view(y), t, out, scratch),
  };
  const { yEnd } = solve(problem, rk4.bind({}), { span: [0, T], steps: fixed(T / 16) });
  return rows.map(([from, to]) => {
    const own = weights.slice(from, to).map((w) => w * positions);
    const { mean, cov } = momentsOf({ m: k, d: 1, points: yEnd.slice(from, to), weights: own });
    return [mean[0]!, cov[0]!];
  });
}

test.each(["causal", { window: { width: 0.3 } }, { prefix: { length: 0.4 } }, { alibi: { rate: 2 } }])(
  "%s: four slices move as their characteristics do, to order 2 in the cells",
  (mask) => {
    const exact = byCharacteristics(bound(mask, { particles: {} }), 4, 1).flat();
    const grids = [24, 36, 54];
    const gaps = grids.map((grid) => distanceMax(momentsByPosition(lawOf(mask, 4, grid)).flat(), exact));
    // 2 of the flux between point values, up to 3 where upwinding shows.
    expect(logSlope(grids, gaps)).toBeLessThan(-1.8);
    expect(gaps[2]!).toBeLessThan(1e-3);
  },
);

describe("causal", () => {
  test("the first position sees itself alone: the unmasked law that starts there", () => {
    const masked = rowOf(lawOf("causal", 4), 0);
    const alone = experiment({
      model: modelOf("none"),
      initial: { density: { line: { ...line, expression: "exp(-(x - sin(0.25))^2/0.625)" } } },
      levels: { "mean-field": { grid: 48 } },
    });
    const found = finalLaw(alone, 1);
    // The same scheme with other steps: their tolerance; frames from moments on 48 and on 8192 cells.
    expect(distanceMax(masked.weights, found.weights)).toBeLessThan(1e-5);
    expect(distanceMax(masked.points, found.points)).toBeLessThan(1e-5);
  });

  test("every position keeps its mass, to 1e-13, and no cell is negative", () => {
    const law = lawOf("causal", 6);
    expect(law.weights.every((weight) => weight >= 0)).toBe(true);
    for (let p = 0; p < 6; p++) {
      expect(Math.abs(rowOf(law, p).weights.reduce((a, b) => a + b, 0) - 1)).toBeLessThan(1e-13);
    }
  });

  test("tokens are inside the band of samples of the law, position by position; placed at quantiles, below it", () => {
    const positions = 8;
    const [n, k] = [512, 64];
    const law = lawOf("causal", positions, 40);
    const distance = conditionalWasserstein.bind({ order: 1, bins: positions }, 1);
    const samples = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => distance(sampleLaw(law, n, seed, "masked test"), law));
    const one = bound("causal", { particles: {} }, n);
    // One more independent draw falls below twice the greatest of eight with all but certainty.
    expect(distance(finalLaw(one, 1), law)).toBeLessThan(2 * Math.max(...samples));
    // Quantiles in the order of reversed bits: what a token sees of its own stretch is spread over the whole of it.
    const reversed = (i: number) =>
      [...i.toString(2).padStart(6, "0")].reduceRight((sum, bit) => 2 * sum + Number(bit), 0);
    const y0 = Float64Array.from({ length: n }, (_, i) => {
      const s = (Math.floor(i / k) + 0.5) / positions;
      return Math.sin(2 * s) + Math.sqrt(0.25 + s / 2) * normalQuantile((reversed(i % k) + 0.5) / k);
    });
    const { problem } = one.levels[0]!.level;
    const { yEnd } = solve({ ...problem, y0 }, rk4.bind({}), { span: [0, 1], steps: fixed(0.05) });
    expect(distance(cloudOf(yEnd, n, 1), law)).toBeLessThan(Math.max(...samples));
  });
});

describe("linear attention under a causal mask, β = 1, V = −1, from N(0, 1) at every position", () => {
  // ∂ₜσ²(s) = −2σ²(s)M(s), M(s) = ∫₀ˢσ²; so ∂ₜM = −M², and σ²(s, t) = 1/(1 + ts)².
  const exact = (s: number, t: number): number => 1 / (1 + t * s) ** 2;
  const linear = { attention: { linear: { beta: 1, V: { scale: -1 } } }, mask: "causal" };
  /** Relative errors of the variances, position by position. */
  const errors = (positions: number) => {
    const document = {
      model: linear,
      initial: { gaussian: { mean: [0] } },
      levels: { "mean-field": { positions, grid: 24 } },
    };
    return momentsByPosition(finalLaw(experiment(document), 1)).map(
      ([, variance], p) => variance! / exact((p + 0.5) / positions, 1) - 1,
    );
  };

  test("order 2 in the number of positions, to the closed form", () => {
    const counts = [4, 8, 16];
    const gaps = counts.map((count) => Math.max(...errors(count).map(Math.abs)));
    // The sum of stretches up to the middle of one's own is a trapezoid rule for M.
    expect(logSlope(counts, gaps)).toBeLessThan(-1.8);
    expect(gaps[2]!).toBeLessThan(1e-3);
  });

  test("tokens follow the same closed form", () => {
    const n = 1024;
    const one = experiment({ model: linear, initial: { gaussian: { mean: [0], n } }, levels: { particles: {} } });
    const start = one.initial.cloud().points;
    finalLaw(one, 1).points.forEach((x, i) => {
      // x = x₀σ(s, t), where M(s) of n tokens is off by √(2s/n): four of them, of which x feels t/(1 + ts) ≤ ½ at s = 1.
      expect(Math.abs(x / start[i]! / Math.sqrt(exact((i + 1) / n, 1)) - 1)).toBeLessThan(2 * Math.sqrt(2 / n));
    });
  });
});

describe("refuses", () => {
  const messageOf = (mask: unknown, initial: unknown, level: Record<string, unknown>): string => {
    try {
      experiment({ model: modelOf(mask), initial, levels: { "mean-field": level } });
    } catch (error) {
      if (error instanceof InputError) return error.message;
    }
    return "nothing";
  };
  const moving = (expression: string) => ({ density: { line: { box: [-6, 6], expression } } });

  test.each([
    ["a mask where nothing says how many positions", "causal", { gaussian: { mean: [0] } }, {}, "positions: 16"],
    ["positions without a mask", "none", { gaussian: { mean: [0] } }, { positions: 4 }, "for masked models"],
    ["a law by position without a mask", "none", moving("exp(-(x - s)^2)"), {}, "depends on the position s"],
    ["the plane", "causal", { gaussian: { mean: [0, 0] } }, { positions: 4 }, "on the circle and on the line"],
    ["quantiles", "causal", { gaussian: { mean: [0] } }, { positions: 4, scheme: "quantiles" }, "knows no mask"],
    ["too many positions", "causal", { gaussian: { mean: [0] } }, { positions: 1000 }, "512"],
    ["a position without mass", "causal", moving("max(0, s - 0.5)"), { positions: 4 }, "positive finite mass"],
    ["a peak below every cell", "causal", moving("exp(-1e7*(x - 8*s + 4)^2)"), { positions: 4 }, "resolved"],
  ])("%s", (_name, mask, initial, level, said) => {
    expect(messageOf(mask, initial, level)).toContain(said);
  });

  test("but follows a law that is narrow at each position and wide over all", () => {
    const { levels } = experiment({
      model: modelOf("causal"),
      initial: moving("exp(-1e4*(x - 8*s + 4)^2)"),
      levels: { "mean-field": { positions: 4, grid: 64 } },
    });
    const { level } = levels[0]!;
    momentsByPosition(level.law(level.problem.y0) as PointCloud).forEach(([mean, variance], p) => {
      // Gaussians of 6σ on 64 cells: sums of smooth functions to rounding, tails of e^{−18}.
      expect(mean).toBeCloseTo(8 * ((p + 0.5) / 4) - 4, 9);
      expect(variance! / 5e-5).toBeCloseTo(1, 5);
    });
  });
});
