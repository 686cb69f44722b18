import { expect, test } from "vitest";
import { sizeScaling } from "./size-scaling.js";

const document = {
  model: { attention: { softmax: { beta: 4 } }, geometry: "sphere" },
  initial: { density: { circle: { expression: "1 + 0.5*cos(theta)" } } },
  levels: { particles: {}, "mean-field": { grid: 128 } },
  solve: { span: [0, 1] },
  compare: { metrics: ["circle-wasserstein"] },
};

test("tokens approach the law they are drawn from like n^{−½}, in any law's units", () => {
  const { n, mean, error, slope, slopeError } = sizeScaling(document, { sizes: [32, 64, 128, 256], repeats: 12 })[
    "particles|mean-field"
  ]!["circle-wasserstein"]!;
  expect(n).toEqual([32, 64, 128, 256]);
  for (let k = 1; k < 4; k++) expect(mean[k]!).toBeLessThan(mean[k - 1]!);
  for (let k = 0; k < 4; k++) expect(error[k]!).toBeLessThan(0.3 * mean[k]!);
  // Three of its own standard errors.
  expect(Math.abs(slope + 0.5)).toBeLessThan(3 * slopeError);
  expect(slopeError).toBeLessThan(0.15);
});

test("tokens against Gaussian moments, too", () => {
  const gaussian = {
    model: { attention: { softmax: { beta: 0.2, V: { scale: -1 } } } },
    initial: { gaussian: { mean: [0, 0] } },
    levels: { particles: {}, "gaussian-moments": {} },
    compare: { metrics: ["bures-wasserstein"] },
  };
  const { slope, slopeError } = sizeScaling(gaussian, { sizes: [32, 128, 512], repeats: 8 })[
    "particles|gaussian-moments"
  ]!["bures-wasserstein"]!;
  expect(Math.abs(slope + 0.5)).toBeLessThan(3 * slopeError);
});

test("refuses what it cannot size", () => {
  const sizes = [8, 16];
  expect(() => sizeScaling(document, { sizes: [8], repeats: 4 })).toThrow("two or more");
  expect(() => sizeScaling(document, { sizes: [16, 8], repeats: 4 })).toThrow("ascending");
  expect(() => sizeScaling(document, { sizes, repeats: 1 })).toThrow("at least 2");
  expect(() => sizeScaling({ ...document, levels: { particles: {} } }, { sizes, repeats: 2 })).toThrow("two levels");
  const points = { ...document, initial: { points: [[1, 0]] }, levels: { particles: {}, layers: {} } };
  expect(() => sizeScaling(points, { sizes, repeats: 2 })).toThrow("must draw its tokens");
});
