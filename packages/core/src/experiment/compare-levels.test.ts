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

test("a distance whose numerics fail ends there with the reason; the run and its other distances stay", () => {
  const { distances, expect: lines } = runExperiment(
    experiment({
      model: { attention: "softmax" },
      initial: { gaussian: { mean: [0, 0], n: 30, seed: 1 } },
      levels: { particles: {}, layers: { L: 4 } },
      solve: { span: [0, 1] },
      compare: {
        // One iteration does not balance the marginals of thirty tokens.
        metrics: [{ "sinkhorn-divergence": { epsilon: 0.01, maxIterations: 1 } }, "wasserstein"],
        every: 0.5,
        draws: 0,
      },
      expect: [{ series: "particles|layers.sinkhorn-divergence", at: 1, below: 1 }],
    }),
  );
  const { wasserstein, "sinkhorn-divergence": divergence } = distances["particles|layers"]!;
  expect(wasserstein!.t).toHaveLength(3);
  expect(wasserstein!.failed).toBeUndefined();
  const { t, value, spread, failed } = divergence!;
  expect([value.length, spread.length]).toEqual([t.length, t.length]);
  expect(t.length).toBeLessThan(3);
  expect(failed).toMatchObject({ t: 0.5 * t.length, code: "no-convergence" });
  expect(lines[0]).toMatchObject({ ok: false, reason: failed!.message });
});
