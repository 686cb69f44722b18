import { expect, test } from "vitest";
import { experiment, runExperiment } from "../src/experiment/index.js";

/** The outcome of the moments of tokens with V = vI and noise, from Σ_0 = size·I. */
function outcomeOf(v: number, sigma: unknown, size: number, end: number, level = "gaussian-moments") {
  const bound = experiment({
    model: { attention: { softmax: { V: { scale: v } } }, noise: { independent: { sigma } } },
    initial: {
      gaussian: {
        mean: [0, 0],
        cov: [
          [size, 0],
          [0, size],
        ],
      },
    },
    levels: { [level]: {} },
    solve: { span: [0, end], method: "dop853" },
  });
  return runExperiment(bound).levels[level]!.outcome;
}

test.each([1e-7, 1e-12])("noise that sets in on a small Σ is no blow-up: Σ_0 = %f I", (size) => {
  // σ̇ = −2σ² + 1 from depth 1 on: to 1/√2.
  const sigma = { piecewise: [{ until: 1, value: 0 }, { value: 1 }] };
  expect(outcomeOf(-1, sigma, size, 10)).toEqual({ status: "completed" });
});

test.each([1e-2, 1e-5, 1e-8, 0])("a blow-up that noise drives is found from however small a Σ: %f I", (size) => {
  const outcome = outcomeOf(1, 1, size, 2);
  expect(outcome).toMatchObject({ status: "stopped", event: "blow-up" });
  const { t, tError } = outcome as unknown as { t: number; tError: number };
  // σ̇ = 2σ² + 1: σ = tan(√2 t + arctan √2σ_0)/√2.
  const exact = (Math.PI / 2 - Math.atan(Math.SQRT2 * size)) / Math.SQRT2;
  expect(Math.abs(t - exact)).toBeLessThan(tError);
  // The tolerance 1e-6 of the run, over a path of length 1.
  expect(tError).toBeLessThan(1e-5);
});
