import { describe, expect, test } from "vitest";
import { experiment } from "./experiment.js";
import { measuredDepartures } from "./measured-departure.js";
import { runExperiment } from "./run.js";

const run = (n: number, more: object = {}) =>
  runExperiment(
    experiment({
      model: { attention: "softmax" },
      initial: { gaussian: { mean: [0, 0], n, seed: 1 } },
      levels: { particles: {}, "gaussian-moments": {} },
      solve: { span: [0, 1.2], steps: { adaptive: { rtol: 1e-6, atol: 1e-8 } } },
      compare: { metrics: ["bures-wasserstein"], every: 0.04, draws: 0 },
      ...more,
    }),
  );
const pair = "particles|gaussian-moments";

describe("a finite cloud against a closure that blows up at t* = ½", () => {
  const result = run(400);
  const watch = result.attention![pair]!;

  test("tilt along the moments is E|Σx|² = d σ² with σ = 1/(1 − 2t), against log n", () => {
    expect(watch.logN).toBe(Math.log(400));
    watch.tilt.forEach((tilt, k) => {
      const sigma = 1 / (1 - 2 * watch.t[k]!);
      // rtol 1e-6, magnified by 1/(1 − 2t) ≤ 25.
      expect(Math.abs(tilt / (2 * sigma * sigma) - 1)).toBeLessThan(1e-3);
      expect(watch.effectiveSampleSize[k]).toBe(400 * Math.exp(-tilt));
    });
    expect(watch.tilt.length).toBe(13);
    expect(watch.t.length).toBe(31);
  });

  test("the entropy starts where the closure says, stays above it, and attention freezes after the departure", () => {
    // A mean over 400 rows, each of about n·e^{−tilt} = 50 tokens.
    expect(Math.abs(watch.entropy[0]! - watch.entropyInClosure[0]!)).toBeLessThan(0.1);
    const left = measuredDepartures(result)[pair]!.t!;
    expect(left).toBeLessThan(0.5);
    const frozen = watch.frozen!;
    expect(frozen).toBeGreaterThan(left);
    watch.t.forEach((t, k) => {
      if (t >= frozen) expect(Math.exp(watch.entropy[k]!)).toBeLessThan(2);
    });
    const last = watch.entropyInClosure.length - 1;
    expect(watch.entropy[last]!).toBeGreaterThan(watch.entropyInClosure[last]! + 3);
  });
});

test("the greater the cloud, the later it departs, before t*", () => {
  const times = [50, 400, 1600].map((n) => measuredDepartures(run(n, { solve: { span: [0, 0.6] } }))[pair]!.t!);
  expect(times[0]!).toBeLessThan(times[1]!);
  expect(times[1]!).toBeLessThan(times[2]!);
  expect(times[2]!).toBeLessThan(0.5);
});

test("nothing where the model has no closure, no exponential weights, or nothing is compared", () => {
  const short = { solve: { span: [0, 0.1] }, compare: { metrics: ["bures-wasserstein"], every: 0.1, draws: 0 } };
  expect(run(20, { ...short, model: { attention: "linear" } }).attention).toBeUndefined();
  const projected = { particles: {}, "gaussian-projection": { points: 64 } };
  expect(run(20, { ...short, model: { attention: "sigmoid" }, levels: projected }).attention).toBeUndefined();
  expect(run(20, { ...short, levels: { particles: {} }, compare: undefined }).attention).toBeUndefined();
  expect(Object.keys(run(20, { ...short, model: { attention: ["l2", "sinkhorn"] } }).attention!)).toEqual([pair]);
});
