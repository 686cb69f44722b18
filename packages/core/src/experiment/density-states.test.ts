import { expect, test } from "vitest";
import { experiment, runExperiment } from "./index.js";

const run = (initial: object, level: object, geometry: string, at: unknown = [0, 0.2]) =>
  runExperiment(
    experiment({
      model: { attention: "softmax", geometry },
      initial,
      levels: { "mean-field": level },
      solve: { span: [0, 0.2] },
      save: { at },
    }),
  ).levels["mean-field"]!;

test("on the circle the density starts as the law's, integrates to 1, and its nodes are (cos θ, sin θ)", () => {
  const { density, nodes } = run(
    { density: { circle: { expression: "1 + 0.5*cos(theta)" } } },
    { grid: 64 },
    "sphere",
  ).states;
  expect([density!.shape, nodes!.shape]).toEqual([
    [2, 64],
    [2, 64, 2],
  ]);
  for (let j = 0; j < 64; j++) {
    const theta = (2 * Math.PI * (j + 0.5)) / 64;
    // The mean over a cell against the value at its midpoint: h²/24 of the second derivative, ½cos θ/2π.
    expect(Math.abs(density!.data[j]! - (1 + 0.5 * Math.cos(theta)) / (2 * Math.PI))).toBeLessThan(3.3e-5);
    expect(nodes!.data[2 * j]).toBeCloseTo(Math.cos(theta), 14);
    expect(nodes!.data[2 * j + 1]).toBeCloseTo(Math.sin(theta), 14);
  }
  const total = density!.data.subarray(64).reduce((sum, value) => sum + (value * 2 * Math.PI) / 64, 0);
  // Mass is conserved to rounding.
  expect(total).toBeCloseTo(1, 12);
});

test("on a box that moves the density of a Gaussian stays that of its moments", () => {
  const level = run({ gaussian: { mean: [0.3], cov: [[0.5]] } }, { grid: 128 }, "euclidean", [0.2]);
  const { density, nodes } = level.states;
  // σ̇ = 2σ², ṁ = (1 + σ)m for softmax with A = V = 1: σ = .5/(1 − t), m = .3e^t(1 − t)^{−½}.
  const [variance, mean] = [0.5 / 0.8, (0.3 * Math.exp(0.2)) / Math.sqrt(0.8)];
  for (let j = 0; j < 128; j++) {
    const x = nodes!.data[j]!;
    const value = Math.exp(-((x - mean) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);
    // Steps at 1e-6, and tails beyond six deviations.
    expect(Math.abs(density!.data[j]! - value)).toBeLessThan(2e-6);
  }
});

test("quantiles are atoms, without a density", () => {
  const level = run({ gaussian: { mean: [0], cov: [[0.5]] } }, { scheme: "quantiles", grid: 32 }, "euclidean");
  expect(Object.keys(level.states)).toEqual(["x"]);
});
