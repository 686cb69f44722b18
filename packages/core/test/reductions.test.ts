import { describe, expect, test } from "vitest";
import { experiment, runExperiment } from "../src/experiment/index.js";

const tight = { method: "dop853", steps: { adaptive: { rtol: 1e-12, atol: 1e-13 } } };
const at = [0.5, 1, 2, 3];

function overlaps(document: object, level: string): number[] {
  const series = { overlap: { what: "mean-overlap", at } };
  const spec = { ...document, levels: { [level]: {} }, solve: { span: [0, 3], ...tight }, observe: series };
  const { outcome, series: measured } = runExperiment(experiment(spec)).levels[level]!;
  expect(outcome.status).toBe("completed");
  return [...measured["overlap"]!.value.data];
}

const heads = {
  heads: [
    { K: { scale: 0.5 }, V: { scale: 0.7 } },
    { beta: 3, Q: { scale: -0.2 }, V: { scale: 0.4 } },
  ],
};
const models = {
  softmax: { attention: { softmax: { beta: 3 } } },
  "several heads, repelling": { attention: { softmax: heads }, sign: "repel" },
  unnormalised: { attention: { unnormalised: { beta: 1.5 } } },
  "unnormalised, shifted": { attention: { unnormalised: { beta: 2, scaling: "shifted" } } },
  "two kinds, a schedule, a radial feed-forward": {
    attention: [
      { softmax: { beta: { piecewise: [{ until: 1, value: 4 }, { value: 0.5 }] } } },
      { unnormalised: { beta: 0.5 } },
    ],
    feedforward: { affine: { W: { scale: -2 } } },
  },
};

describe.each(Object.entries(models))("%s", (_name, parts) => {
  const model = { ...parts, geometry: "sphere" };

  test.each([
    ["equiangular", { equiangular: { d: 6, n: 5, overlap: 0.1 } }],
    ["equiangular", { equiangular: { d: 4, n: 4, overlap: -0.3 } }],
    ["two-token", { "two-token": { d: 3, overlap: -0.6 } }],
  ])("the level %s follows the particles", (level, initial) => {
    const [reduced, particles] = [level, "particles"].map((one) => overlaps({ model, initial }, one));
    // Both integrated to 1e-12; the particles leave exact symmetry by rounding, which these spans do not amplify.
    for (const [k, value] of reduced!.entries()) expect(Math.abs(value - particles![k]!)).toBeLessThan(1e-9);
    expect(Math.abs(reduced!.at(-1)! - reduced![0]!)).toBeGreaterThan(0.01);
  });
});

test("the reduced level puts the tokens where the particles are", () => {
  const document = {
    model: { attention: { softmax: { beta: 2 } }, geometry: "sphere" },
    initial: { equiangular: { d: 5, n: 4, overlap: 0.1 } },
    levels: { equiangular: {}, particles: {} },
    solve: { span: [0, 2], ...tight },
    compare: { metrics: ["wasserstein"], every: 0.5 },
  };
  const { distances } = runExperiment(experiment(document));
  // The particles' own integration error.
  for (const value of distances["equiangular|particles"]!["wasserstein"]!.value) expect(value).toBeLessThan(1e-9);
});

test("twice the overlap flow of two tokens at β = 0 is u = tanh of a shifted depth", () => {
  const model = { attention: { softmax: { beta: 0 } }, geometry: "sphere" };
  const u = overlaps({ model, initial: { "two-token": { overlap: 0.2 } } }, "two-token");
  // u̇ = 1 − u².
  for (const [k, t] of at.entries()) expect(Math.abs(u[k]! - Math.tanh(t + Math.atanh(0.2)))).toBeLessThan(1e-11);
});

test("says why a model or a law has no such reduction", () => {
  const refused = (changes: object, level = "equiangular") => {
    const document = {
      model: { attention: "softmax", geometry: "sphere", ...changes },
      initial: { equiangular: { d: 3, n: 3 } },
      levels: { [level]: {} },
    };
    return () => experiment({ ...document, ...("initial" in changes ? { model: document.model, ...changes } : {}) });
  };
  const turned = [
    [1, 1, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  expect(refused({ geometry: "euclidean" })).toThrow(/sphere/);
  expect(refused({ mask: "causal" })).toThrow(/exchangeable/);
  expect(refused({ attention: { softmax: { V: turned } } })).toThrow(/multiples of the identity/);
  expect(refused({ feedforward: { affine: { W: "identity", b: [1, 0, 0] } } })).toThrow(/not a multiple/);
  expect(refused({}, "two-token")).toThrow(/exactly two/);
  const uneven = () =>
    experiment({
      model: { attention: "softmax", geometry: "sphere" },
      initial: { "uniform-sphere": { d: 3, n: 4, seed: 1 } },
      levels: { equiangular: {} },
    });
  expect(uneven).toThrow(/not equiangular/);
});
