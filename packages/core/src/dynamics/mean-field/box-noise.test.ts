import { expect, test } from "vitest";
import { experiment } from "../../experiment/index.js";
import { solve } from "../../solve/index.js";

/** Attention without values: nothing moves but by noise. */
const still = { attention: { softmax: { V: { scale: 0 } } } };

test("laws sheared further than the cells can show end the run, and go on with more cells", () => {
  const outcomeOn = (perAxis: number) => {
    const { levels, integration } = experiment({
      model: { ...still, noise: { independent: { sigma: 0.5 } } },
      initial: { gaussian: { mean: [0, 0], cov: "identity", n: 8 } },
      levels: { "mean-field": { grid: perAxis ** 2 } },
      solve: { span: [0, 0.01] },
    });
    const { problem, own } = levels[0]!.level;
    const sheared = problem.y0.slice();
    sheared.set([1, 1.5, 0, 1], perAxis ** 2 + 2);
    const { method, stepping } = own ?? integration;
    return solve({ ...problem, y0: sheared }, method, { span: [0, 0.01], steps: stepping }).outcome;
  };
  expect(outcomeOn(48).status).toBe("completed");
  const coarse = outcomeOn(24);
  expect(coarse).toMatchObject({ status: "failed", code: "no-convergence" });
  // Two cells on one axis and one on the other, of half a standard deviation each.
  expect((coarse as { message: string }).message).toMatch(/jumps of 1\.1 standard deviations on 24 × 24 cells/);
});
