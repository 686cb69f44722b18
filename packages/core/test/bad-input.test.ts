import { describe, expect, test } from "vitest";
import { experiment } from "../src/experiment/index.js";
import { bindScalar } from "../src/foundation/parameters/index.js";
import {
  type Case,
  check,
  points,
  refusal,
  sound,
  withGaussian,
  withModel,
  withSoftmax,
  withSolve,
} from "./helpers/refusal.js";

const shapes: readonly Case[] = [
  [
    "V of another size",
    withSoftmax({
      V: [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
    }),
    "wrong-shape",
    "model.attention.softmax.V",
    ["must be 2×2", "got 3×3"],
  ],
  [
    "ragged rows",
    withSoftmax({ Q: [[1, 0], [1]] }),
    "wrong-shape",
    "model.attention.softmax.Q.1",
    ["equal length", "a row of 1"],
  ],
  [
    "a list for a matrix",
    withSoftmax({ Q: [1, 2] }),
    "wrong-shape",
    "model.attention.softmax.Q",
    ["must be a matrix", "a list of 2"],
  ],
  [
    "a number for a matrix",
    withSoftmax({ Q: 2 }),
    "wrong-type",
    "model.attention.softmax.Q",
    ["got 2", "{ scale: 2 }"],
  ],
  [
    "rows of Q and K",
    withSoftmax({ Q: [[1, 0]], K: "identity" }),
    "wrong-shape",
    "model.attention.softmax",
    ["equally many rows", "Q 1×2 and K 2×2"],
  ],
  [
    "a bias too long",
    withModel({ feedforward: { affine: { W: "identity", b: [1, 2, 3] } } }),
    "wrong-shape",
    "model.feedforward.affine.b",
    ["2 entries", "got 3"],
  ],
  [
    "a diagonal too long",
    withSoftmax({ V: { diagonal: [1, 2, 3] } }),
    "wrong-shape",
    "model.attention.softmax.V.diagonal",
    ["2 entries", "got 3"],
  ],
  [
    "words among numbers",
    { ...sound, initial: { points: [[1, "a"]] } },
    "wrong-shape",
    "initial.points.0.1",
    ["must be numbers", '"a"'],
  ],
  [
    "mean and covariance",
    withGaussian({ mean: [0, 0], cov: [[1]] }),
    "wrong-shape",
    "initial.gaussian.cov",
    ["must be 2×2", "got 1×1"],
  ],
  [
    "an empty cloud",
    { ...sound, initial: { points: [] } },
    "empty",
    "initial.points",
    ["initial points", "must not be empty"],
  ],
  [
    "a cloud in no dimension",
    { ...sound, initial: { points: [[], []] } },
    "empty",
    "initial.points",
    ["must not be empty"],
  ],
  ["no heads", withSoftmax({ heads: [] }), "out-of-range", "model.attention.softmax.heads", ["softmax.heads"]],
  ["no levels", { ...sound, levels: {} }, "empty", "levels", ["at least one level"]],
  ["no attention in a list", withModel({ attention: [] }), "empty", "model.attention", ["at least one"]],
];

const values: readonly Case[] = [
  [
    "a covariance not symmetric",
    withGaussian({
      cov: [
        [1, 0.5],
        [0.2, 1],
      ],
    }),
    "not-symmetric",
    "initial.gaussian.cov",
    ["initial gaussian.cov", "differ by 0.3"],
  ],
  [
    "a covariance not PSD",
    withGaussian({
      cov: [
        [1, 2],
        [2, 1],
      ],
    }),
    "not-positive-semidefinite",
    "initial.gaussian.cov",
    ["no negative eigenvalue", "smallest eigenvalue -"],
  ],
  [
    "NaN in the points",
    {
      ...sound,
      initial: {
        points: [
          [0, 1],
          [0, Number.NaN],
        ],
      },
    },
    "not-finite",
    "initial.points.1.1",
    ["NaN"],
  ],
  [
    "an infinite mean",
    withGaussian({ mean: [0, Number.POSITIVE_INFINITY] }),
    "not-finite",
    "initial.gaussian.mean.1",
    ["Infinity"],
  ],
  ["β NaN", withSoftmax({ beta: Number.NaN }), "not-finite", "model.attention.softmax.beta", ["NaN"]],
  [
    "β a word",
    withSoftmax({ beta: "hot" }),
    "wrong-type",
    "model.attention.softmax.beta",
    ["must be a number", '"hot"'],
  ],
  [
    "points off the sphere",
    {
      ...withModel({ geometry: "sphere" }),
      initial: {
        points: [
          [1, 0],
          [0, 1.1],
        ],
      },
    },
    "off-manifold",
    "levels.particles.1",
    ["length 1", "|x_1| = 1.1", "geometry: euclidean"],
  ],
  ["no tokens", withGaussian({ cov: [[1]], n: 0 }), "out-of-range", "initial.gaussian.n", ["gaussian.n", "got 0"]],
  ["a dimension nobody says", withGaussian({}), "missing", "initial.gaussian", ["what d is"]],
  [
    "an overlap no simplex has",
    { ...sound, initial: { equiangular: { d: 4, n: 3, overlap: -0.6 } } },
    "out-of-range",
    "initial.equiangular.overlap",
    ["−1/(n−1)", "-0.6"],
  ],
  ["a span that runs backwards", withSolve({ span: [1, 0] }), "out-of-range", "solve.span", ["t0 < t1", "[1,0]"]],
  ["a span of one time", withSolve({ span: [0] }), "out-of-range", "solve.span", []],
  [
    "rk4 choosing its steps",
    withSolve({ method: "rk4" }),
    "incompatible",
    "solve.method",
    ["rk4", "no error estimate", "fixed", "dop853"],
  ],
  [
    "a step of no length",
    withSolve({ method: "rk4", steps: { fixed: { dt: 0 } } }),
    "out-of-range",
    "solve.steps.fixed.dt",
    ["positive", "got 0"],
  ],
  [
    "steps of two kinds",
    withSolve({ steps: { fixed: { dt: 1 }, adaptive: {} } }),
    "wrong-type",
    "solve.steps",
    ["adaptive", "fixed"],
  ],
  [
    "heads beside Q",
    withSoftmax({ Q: "identity", heads: [{}] }),
    "incompatible",
    "model.attention.softmax.Q",
    ["exclude each other", "Move Q into the heads"],
  ],
  [
    "omega and out",
    withModel({ feedforward: { perceptron: { a: [[1, 0]] } } }),
    "incompatible",
    "model.feedforward.perceptron",
    ["exactly one of omega", "neither"],
  ],
  [
    "untils that fall",
    withSoftmax({ beta: { piecewise: [{ until: 0.5, value: 1 }, { until: 0.4, value: 1 }, { value: 2 }] } }),
    "out-of-range",
    "model.attention.softmax.beta.piecewise.1.until",
    ["must increase", "0.4"],
  ],
  [
    "a schedule too short",
    withSoftmax({ beta: { piecewise: [{ until: 0.5, value: 1 }] } }),
    "out-of-range",
    "model.attention.softmax.beta.piecewise.0.until",
    ["end of the span (1)", "0.5"],
  ],
  [
    "a piece without a value",
    withSoftmax({ beta: { piecewise: [{ until: 0.5 }] } }),
    "missing",
    "model.attention.softmax.beta.piecewise.0",
    ["until, value"],
  ],
  [
    "a schedule of nothing",
    withSoftmax({ beta: { "by-layer": [] } }),
    "wrong-type",
    "model.attention.softmax.beta.by-layer",
    ["at least one"],
  ],
  [
    "two laws",
    { ...sound, initial: { points, gaussian: {} } },
    "wrong-type",
    "initial",
    ["one name", "points, gaussian"],
  ],
  [
    "no law",
    { model: sound.model, levels: sound.levels },
    "missing",
    "initial",
    ["experiment.initial: is needed. Give exactly one law"],
  ],
  [
    "no attention",
    { ...sound, model: {} },
    "missing",
    "model.attention",
    ["experiment.model.attention: is needed. Give an attention"],
  ],
  [
    "a sweep",
    { ...sound, sweep: { "model.attention.softmax.beta": [1, 2] } },
    "incompatible",
    "sweep",
    ["meanfield sweep"],
  ],
  [
    "a normalization this version does not have",
    { ...sound, model: { ...sound.model, normalization: "post-norm" } },
    "unknown-name",
    "model.normalization",
    ['Did you mean "post-ln"'],
  ],
  [
    "a parameter with nothing behind it",
    withSoftmax({ beta: null }),
    "wrong-type",
    "model.attention.softmax.beta",
    ["must be a scalar", "got null"],
  ],
  [
    "a bound in words",
    withModel({ mask: { window: { width: 0 } } }),
    "out-of-range",
    "model.mask.window.width",
    ["must be > 0, got 0"],
  ],
  [
    "a list for the levels",
    { ...sound, levels: ["particles"] },
    "wrong-type",
    "levels",
    ["must be a mapping of names"],
  ],
  [
    "steps without end",
    withSolve({ steps: { fixed: { dt: 1e-14 } } }),
    "out-of-range",
    "solve.steps.fixed.dt",
    ["at most 10¹⁰ steps", "1e-14"],
  ],
  ["no document", [], "wrong-type", "", ["mapping"]],
  ["another format", { ...sound, format: 2 }, "unknown-name", "format", ["1", "got 2"]],
];

describe("shapes", () => {
  test.each(shapes.map((one) => [one[0], one] as const))("%s", (_what, one) => check(one));
});
describe("values", () => {
  test.each(values.map((one) => [one[0], one] as const))("%s", (_what, one) => check(one));
});

test("an empty section is the section with its defaults", () => {
  const written = { ...sound, solve: null, backend: null, observe: { energy: null } };
  const spelled = { ...sound, solve: {}, backend: {}, observe: { energy: {} } };
  expect(experiment(written).spec).toEqual(experiment(spelled).spec);
});

describe("no closure at gaussian-moments: the level says why, and which levels there are", () => {
  const gaussian = { gaussian: { mean: [0, 0] } };
  const finite = ["layers", "particles"];
  const withLaw = ["gaussian-projection", "layers", "mean-field", "particles"];
  const perceptron = { perceptron: { a: [[1, 0]], omega: [1] } };
  const models: readonly (readonly [string, object, readonly string[]])[] = [
    ["unnormalised attention has no Gaussian closure", { attention: "unnormalised" }, withLaw],
    ["under the mask causal", { attention: "softmax", mask: "causal" }, ["gaussian-projection", ...finite]],
    ["perceptron is not affine", { attention: "softmax", feedforward: perceptron }, withLaw],
    ["on the sphere no law is Gaussian", { attention: "softmax", geometry: "sphere" }, finite],
  ];
  test.each(models)("%s", (rule, model, levels) => {
    const error = refusal({ model, initial: gaussian, levels: { "gaussian-moments": {} } });
    expect([error.code, error.path]).toEqual(["no-closure", ["levels", "gaussian-moments"]]);
    expect(error.message).toContain(rule);
    expect(error.message).toContain(levels.join(", "));
    expect(error.details["levels"]).toEqual(levels);
  });
});

describe("scales that must be positive, and a mask over Sinkhorn attention, are refused where the document says them", () => {
  const gaussian = { gaussian: { mean: [0, 0] } };
  const attention = ["model", "attention"];
  const cases: readonly (readonly [string, object, readonly (string | number)[]])[] = [
    ["ε must be positive, got 0", { attention: { sinkhorn: { epsilon: 0 } } }, [...attention, "sinkhorn", "epsilon"]],
    [
      "ε must be positive, got -1",
      { attention: { sinkhorn: { heads: [{}, { epsilon: -1 }] } } },
      [...attention, "sinkhorn", "heads", 1, "epsilon"],
    ],
    [
      "ε must be positive, got -2",
      { attention: { sinkhorn: { epsilon: { "by-layer": [1, -2] } } } },
      [...attention, "sinkhorn", "epsilon", "by-layer", 1],
    ],
    ["β must be positive, got -1", { attention: { l2: { beta: -1 } } }, [...attention, "l2", "beta"]],
    ["only where every token sees every token", { attention: "sinkhorn", mask: "causal" }, ["model", "mask"]],
  ];
  test.each(cases)("%s", (rule, model, path) => {
    const error = refusal({ model, initial: gaussian, levels: { particles: {} } });
    expect(error.message).toContain(rule);
    expect(error.path).toEqual(path);
  });
});

test("{ log-n: γ } needs tokens", () => {
  const bind = (n?: number) =>
    bindScalar({ "log-n": 2 }, { d: 1, span: [0, 1], ...(n === undefined ? {} : { n }) }, "softmax.beta");
  expect(bind(10)).toBe(2 * Math.log(10));
  expect(bind).toThrow(
    "softmax.beta: { log-n: γ } needs a number of tokens, got a law without tokens. Give initial an n.",
  );
});

test("the sound document is accepted", () => expect(() => experiment(sound)).not.toThrow());
