import { describe, test } from "vitest";
import { type Case, check, sound, withGaussian, withModel, withSoftmax, withSolve } from "./helpers/refusal.js";

const nearest: readonly Case[] = [
  ["document", { ...sound, modle: {} }, "unknown-key", "modle", ['"modle" is not a key here', 'Did you mean "model"?']],
  ["model", withModel({ attentoin: "softmax" }), "unknown-key", "model.attentoin", ['"attention"']],
  ["attention", withSoftmax({ betta: 2 }), "unknown-key", "model.attention.softmax.betta", ["softmax", '"beta"']],
  ["head", withSoftmax({ heads: [{ q: "identity" }] }), "unknown-key", "model.attention.softmax.heads.0.q", ['"Q"']],
  ["matrix", withSoftmax({ Q: { scael: 2 } }), "unknown-key", "model.attention.softmax.Q.scael", ['"scale"']],
  [
    "random matrix",
    withSoftmax({ Q: { random: "goe", sed: 2 } }),
    "unknown-key",
    "model.attention.softmax.Q.sed",
    ['"seed"'],
  ],
  [
    "feed-forward",
    withModel({ feedforward: { affine: { w: "identity" } } }),
    "unknown-key",
    "model.feedforward.affine.w",
    ['"W"'],
  ],
  ["law", withGaussian({ men: [0, 0] }), "unknown-key", "initial.gaussian.men", ['"mean"']],
  ["level", { ...sound, levels: { layers: { l: 3 } } }, "unknown-key", "levels.layers.l", ['"L"']],
  ["solve", withSolve({ spam: [0, 1] }), "unknown-key", "solve.spam", ['"span"']],
  ["steps", withSolve({ steps: { adaptive: { rtoll: 1 } } }), "unknown-key", "solve.steps.adaptive.rtoll", ['"rtol"']],
  ["save", { ...sound, save: { att: "end" } }, "unknown-key", "save.att", ['"at"']],
  ["save.at", { ...sound, save: { at: { evry: 0.1 } } }, "unknown-key", "save.at.evry", ['"every"']],
  ["observe", { ...sound, observe: { spectrum: { ever: 1 } } }, "unknown-key", "observe.spectrum.ever", ['"every"']],
  ["backend", { ...sound, backend: { nam: "auto" } }, "unknown-key", "backend.nam", ['"name"']],
  ["expect", { ...sound, expect: [{ levl: "particles" }] }, "unknown-key", "expect.0.levl", ['"level"']],
  [
    "compare",
    { ...sound, levels: { particles: {}, layers: {} }, compare: { metric: [] } },
    "unknown-key",
    "compare.metric",
    ['"metrics"'],
  ],
  [
    "schedule",
    withSoftmax({ beta: { piecewise: [{ untill: 1, value: 2 }] } }),
    "unknown-key",
    "model.attention.softmax.beta.piecewise.0.untill",
    ['"until"'],
  ],
];

const names: readonly Case[] = [
  [
    "attention",
    withModel({ attention: "sofmax" }),
    "unknown-name",
    "model.attention",
    ['"sofmax"', 'Did you mean "softmax"?'],
  ],
  [
    "attention in a list",
    withModel({ attention: ["softmax", { softmx: {} }] }),
    "unknown-name",
    "model.attention.1.softmx",
    ['"softmax"'],
  ],
  ["mask", withModel({ mask: "casual" }), "unknown-name", "model.mask", ['"causal"']],
  ["feed-forward", withModel({ feedforward: "afine" }), "unknown-name", "model.feedforward", ['"affine"']],
  ["geometry", withModel({ geometry: "spere" }), "unknown-name", "model.geometry", ['"sphere"']],
  ["sign", withModel({ sign: "push" }), "unknown-name", "model.sign", ["attract, repel", '"push"']],
  ["law", { ...sound, initial: { gausian: {} } }, "unknown-name", "initial.gausian", ['"gaussian"']],
  ["level", { ...sound, levels: { particle: {} } }, "unknown-name", "levels.particle", ['"particles"']],
  ["method", withSolve({ method: "rk45" }), "unknown-name", "solve.method", ['"rk4"']],
  ["observable", { ...sound, observe: { energi: {} } }, "unknown-name", "observe.energi", ['"energy"']],
  [
    "distance",
    { ...sound, levels: { particles: {}, layers: {} }, compare: { metrics: ["bures"] } },
    "unknown-name",
    "compare.metrics.0",
    ["bures-wasserstein"],
  ],
  ["backend", { ...sound, backend: { name: "gpu" } }, "unknown-name", "backend.name", ["auto, reference"]],
  [
    "random ensemble",
    withSoftmax({ V: { random: "gue" } }),
    "unknown-name",
    "model.attention.softmax.V.random",
    ["goe", '"gue"'],
  ],
  [
    "expected level",
    { ...sound, expect: [{ level: "layers", equals: "completed" }] },
    "unknown-name",
    "expect.0.level",
    ['"layers"', "particles"],
  ],
];

describe("unknown keys name the nearest, at every level", () => {
  test.each(nearest.map((one) => [one[0], one] as const))("%s", (_what, one) => check(one));
});
describe("unknown names name the nearest", () => {
  test.each(names.map((one) => [one[0], one] as const))("%s", (_what, one) => check(one));
});
