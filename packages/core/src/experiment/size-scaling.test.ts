import { describe, expect, test } from "vitest";
import { experiment } from "./experiment.js";
import { builtinPlugins } from "./plugins.js";
import { runExperiment } from "./run.js";
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

describe("a law that n does not change", () => {
  /** How often each level runs from its start, by the events of progress. */
  function counted(doc: object) {
    const runs = new Map<string, number>();
    const scaling = sizeScaling(doc, {
      ...{ sizes: [8, 16, 32], repeats: 2 },
      plugins: {
        ...builtinPlugins,
        levels: builtinPlugins.levels.map((level) => ({
          ...level,
          bind: (params: never, context: never) => {
            const bound = level.bind(params, context);
            let begun = false;
            const drift = (t: number, y: Float64Array, out: Float64Array) => {
              if (!begun) runs.set(level.name, (runs.get(level.name) ?? 0) + 1);
              begun = true;
              bound.problem.drift(t, y, out);
            };
            return { ...bound, problem: { ...bound.problem, drift } };
          },
        })),
      },
    });
    return { runs: Object.fromEntries(runs), scaling };
  }

  test("runs once, with the numbers of running each time", () => {
    const { runs, scaling } = counted(document);
    expect(runs).toEqual({ particles: 6, "mean-field": 1 });
    for (const [k, n] of [8, 16, 32].entries()) {
      const values = [1, 2].map((seed) => {
        const { distances } = runExperiment(
          experiment({
            ...document,
            initial: { density: { ...document.initial.density, n, seed } },
            compare: { ...document.compare, every: 1, draws: 0 },
          }),
        );
        return distances["particles|mean-field"]!["circle-wasserstein"]!.value.at(-1)!;
      });
      expect(scaling["particles|mean-field"]!["circle-wasserstein"]!.mean[k]).toBe((values[0]! + values[1]!) / 2);
    }
  });

  test("runs each time where the model has n: β = γ log n", () => {
    const model = { attention: { softmax: { beta: { "log-n": 1 } } }, geometry: "sphere" };
    expect(counted({ ...document, model }).runs).toEqual({ particles: 6, "mean-field": 6 });
  });
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
