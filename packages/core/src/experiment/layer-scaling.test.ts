import { expect, test } from "vitest";
import { layerScaling } from "./layer-scaling.js";

const document = {
  model: { attention: { softmax: { beta: 0.5, V: { scale: -1 } } } },
  initial: { gaussian: { mean: [0.3, 0], n: 24 } },
  levels: { layers: {}, particles: {}, "gaussian-layers": {}, "gaussian-moments": {} },
  solve: { span: [0, 1] },
  compare: { metrics: ["bures-wasserstein"] },
};

test("layers approach the same tokens in continuous depth like 1/L, and so do their moments", () => {
  const L = [20, 40, 80, 160];
  const found = layerScaling(document, { layers: L, repeats: 3 });
  for (const pair of ["layers|particles", "gaussian-layers|gaussian-moments"]) {
    const { slope, slopeError, fitted, mean, ...rest } = found[pair]!["bures-wasserstein"]!;
    expect(rest.L).toEqual(L);
    // The next term of Euler's error, 1/L of the first, bends the line by a few hundredths at L = 20.
    expect(Math.abs(slope + 1)).toBeLessThan(0.05);
    expect(slopeError).toBeLessThan(0.05);
    // Residuals of the same bend.
    fitted.forEach((value, k) => {
      expect(Math.abs(value / mean[k]! - 1)).toBeLessThan(0.05);
    });
  }
  // 24 tokens are not the law: sampling noise, at any L.
  expect(Math.abs(found["layers|gaussian-moments"]!["bures-wasserstein"]!.slope)).toBeLessThan(0.3);
  expect(Object.keys(found)).not.toContain("layers|gaussian-layers");
  expect(Object.keys(found)).not.toContain("particles|gaussian-moments");
});

test("tokens that are given are run once", () => {
  const given = {
    ...document,
    initial: {
      points: [
        [1, 0],
        [0, 2],
        [-1, -1],
      ],
    },
    levels: { layers: {}, particles: {} },
  };
  const { error, slope } = layerScaling(given, { layers: [40, 80, 160], repeats: 8 })["layers|particles"]![
    "bures-wasserstein"
  ]!;
  expect(error).toEqual([0, 0, 0]);
  expect(Math.abs(slope + 1)).toBeLessThan(0.05);
});

test("refuses what has no layers to vary", () => {
  const layers = [10, 20];
  expect(() => layerScaling(document, { layers: [10], repeats: 2 })).toThrow("two or more");
  expect(() => layerScaling(document, { layers, repeats: 0 })).toThrow("positive");
  expect(() =>
    layerScaling({ ...document, levels: { particles: {}, "gaussian-moments": {} } }, { layers, repeats: 2 }),
  ).toThrow("a level with layers");
  expect(() => layerScaling({ ...document, levels: { layers: {} } }, { layers, repeats: 2 })).toThrow("one without");
});
