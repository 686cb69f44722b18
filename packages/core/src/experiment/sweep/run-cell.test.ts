import { expect, test } from "vitest";
import { experiment } from "../index.js";
import { runCell } from "./run-cell.js";

test("a cell of which a distance fails is failed, with its reason, and has no column of it", () => {
  const bound = experiment({
    model: { attention: "softmax" },
    initial: { gaussian: { mean: [0, 0], n: 30, seed: 1 } },
    levels: { particles: {}, layers: { L: 4 } },
    solve: { span: [0, 1] },
    // One iteration does not balance the marginals of thirty tokens.
    compare: { metrics: [{ "sinkhorn-divergence": { maxIterations: 1 } }, "wasserstein"], every: 1, draws: 0 },
  });
  const { status, code, message, columns } = runCell(bound, ["distances"]);
  expect([status, code]).toEqual(["failed", "no-convergence"]);
  expect(message).toMatch(/^particles\|layers at t = .*sinkhorn-divergence/);
  const names = Object.keys(columns);
  expect(names).toContain("particles|layers.wasserstein");
  expect(names).not.toContain("particles|layers.sinkhorn-divergence");
});
