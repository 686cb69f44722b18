import { expect, test } from "vitest";
import { experiment, runExperiment } from "./index.js";

test("a distance is taken of the pairs it can measure, and of no other", () => {
  const { distances } = runExperiment(
    experiment({
      model: { attention: "softmax" },
      initial: { gaussian: { mean: [0, 0], n: 4 } },
      levels: { particles: {}, layers: { L: 2 }, "gaussian-moments": {} },
      solve: { span: [0, 0.1] },
      compare: { metrics: ["wasserstein", "bures-wasserstein"], every: 0.1, draws: 0 },
    }),
  );
  const taken = Object.entries(distances).map(([pair, metrics]) => [pair, Object.keys(metrics)]);
  expect(taken).toEqual([
    ["particles|layers", ["wasserstein", "bures-wasserstein"]],
    ["particles|gaussian-moments", ["bures-wasserstein"]],
    ["layers|gaussian-moments", ["bures-wasserstein"]],
  ]);
});
