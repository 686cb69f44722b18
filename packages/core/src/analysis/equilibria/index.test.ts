import { describe, expect, test } from "vitest";
import { analyzeExperiment, experiment } from "../../experiment/index.js";
import type { CovarianceFlow } from "../shared/covariance-flow.js";
import { findEquilibria } from "../shared/equilibrium-search.js";
import { linearisedSpectrum } from "../shared/linearised.js";
import { momentFlow } from "../shared/moment-flow.js";
import { type Branch, branchesThrough, branchThrough } from "./continuation.js";
import { familyOver } from "./family.js";

const bind = (model: object, d: number, more: object = {}) =>
  experiment({
    model,
    initial: { gaussian: { mean: Array.from({ length: d }, () => 0), cov: "identity" } },
    levels: { "gaussian-moments": {} },
    ...more,
  });
const flowOf = (model: object, d: number) => {
  const bound = bind(model, d);
  return momentFlow(bound.model, 0, bound.initial.moments());
};

/** σ̇ = 2σ(w + aσ + bσ/(1 + σ)). */
const line = (a: number, b: number, w: number) => ({
  attention: [{ softmax: { V: { scale: a } } }, { l2: { beta: 0.5, V: { scale: b } } }],
  feedforward: { affine: { W: { scale: w } } },
});
const isotropic = (value: number) => ({ affine: { W: { scale: value } } });
const spiral = (p: number) => ({
  attention: {
    softmax: {
      Q: { random: "ginibre", seed: 32 },
      K: { random: "ginibre", seed: 33 },
      V: { random: "ginibre", seed: 34 },
    },
  },
  feedforward: [{ affine: { W: { random: "ginibre", seed: 35 } } }, isotropic(p)],
});

const onLine = (
  a: number,
  b: number,
  range: readonly [number, number],
): { branch: Branch; parameter: (q: number) => number } => {
  const family = familyOver(range, (w) => flowOf(line(a, b, w), 1));
  const [lower] = findEquilibria(family.flowAt(0.5), { ranks: [1] }).equilibria;
  return { branch: branchThrough(family, lower!.point, 0.5), parameter: family.parameter };
};

describe("a branch on the line", () => {
  test.each([
    [-1, 4, [-1.5, 0.4]],
    [-2, 5, [-1, 0.5]],
    [-0.5, 3, [-2, 0.2]],
  ] as const)("turns where (a + b + w)² = 4aw and (a, b) = (%d, %d)", (a, b, range) => {
    const { branch, parameter } = onLine(a, b, range);
    expect(branch.special.map(({ kind }) => kind)).toEqual(["fold"]);
    const { place, error } = branch.special[0]!;
    const fold = a - b + 2 * Math.sqrt(-a * b);
    // The fold is quadratic in what is located to 1e-8: rounding is left.
    expect(Math.abs(parameter(place.q) - fold)).toBeLessThan(1e-11);
    expect(error).toBeLessThan(1e-9);
    expect(Math.abs(place.point.cov[0]! + (a + b + fold) / (2 * a))).toBeLessThan(1e-7);
  });

  test("every place solves the quadratic, and the stable half is the upper one", () => {
    const { branch, parameter } = onLine(-1, 4, [-1.5, 0.4]);
    expect(branch.places.length).toBeGreaterThan(40);
    for (const { q, point, re } of branch.places) {
      const sigma = point.cov[0]!;
      const w = parameter(q);
      // The residual of σ̇/2σ: 1e-11 of the closure's strength, 10 here.
      expect(Math.abs(w - sigma + (4 * sigma) / (1 + sigma))).toBeLessThan(1e-10);
      expect(re[0]! < 0).toBe(sigma > 1);
    }
    expect(branch.ends).toEqual(["end of the range", "Σ vanishes"]);
    // Where it vanishes it meets σ = 0, which changes stability at w = 0; σ ≈ −w/3, cut at 1e-8 of the start.
    expect(Math.abs(parameter(branch.places.at(-1)!.q))).toBeLessThan(1e-7);
  });

  test("σ = 0 exchanges stability at w = 0", () => {
    const family = familyOver([-1, 0.4], (w) => flowOf(line(-1, 4, w), 1));
    const [zero] = findEquilibria(family.flowAt(0), { ranks: [0] }).equilibria;
    const { special } = branchThrough(family, zero!.point, 0);
    expect(special.map(({ kind }) => kind)).toEqual(["rank"]);
    // A zero of 2w, by a bracket of rounding's width.
    expect(Math.abs(family.parameter(special[0]!.place.q))).toBeLessThan(1e-12);
  });
});

test("a Hopf point in the plane: the closed-form operator has the pair ±iω there, and crosses with it", () => {
  const family = familyOver([-0.5, 0.5], (p) => flowOf(spiral(p), 2));
  const { equilibria } = findEquilibria(family.flowAt(0.5), { ranks: [2] });
  const { branches } = branchesThrough(
    family,
    equilibria.map(({ point }) => ({ point, q: 0.5 })),
  );
  // Both equilibria lie on one branch, which turns at the fold between them.
  expect(branches).toHaveLength(1);
  const { special } = branches[0]!;
  expect(special.map(({ kind }) => kind).sort()).toEqual(["fold", "hopf"]);
  const { place, error, frequency } = special.find(({ kind }) => kind === "hopf")!;
  const operatorAt = (q: number, cov: Float64Array) => {
    const { field, derivativeAt } = family.flowAt(q);
    const mean = new Float64Array(2);
    const flow: CovarianceFlow = {
      generator: (sigma, out) => out.set(field(mean, sigma).B),
      derivativeAt: derivativeAt!,
    };
    return linearisedSpectrum(flow, cov, 2, 2)!;
  };
  const { re, im } = operatorAt(place.q, place.point.cov);
  const pair = Array.from(re.keys()).filter((k) => Math.abs(im[k]!) > 0.1);
  expect(pair).toHaveLength(2);
  for (const k of pair) {
    // The difference error 1e-9|B| of the eigenvalues that were brought to 0; |B| is 8.
    expect(Math.abs(re[k]!)).toBeLessThan(1e-7);
    expect(Math.abs(Math.abs(im[k]!) - frequency!)).toBeLessThan(1e-7);
  }
  expect(error).toBeLessThan(1e-6);
  const beside = [-1, 1].map((side) => {
    const q = place.q + 0.02 * side;
    const [near] = findEquilibria(family.flowAt(q), { ranks: [2] }).equilibria;
    return Math.max(...operatorAt(q, near!.point.cov).re);
  });
  expect(beside[0]!).toBeGreaterThan(0);
  expect(beside[1]!).toBeLessThan(0);
});

describe("the analysis", () => {
  const written = (more: object) => ({
    continue: { path: "model.feedforward.affine.W.scale", range: [-1.5, 0.5], searches: 3, ...more },
  });
  const analyzed = (equilibria: object) =>
    analyzeExperiment(bind(line(-1, 4, -0.5), 1, { analyze: { equilibria } }))["equilibria"] as Record<string, never>;

  test("answers with equilibria, branches and what was tried", () => {
    const answer = analyzed(written({})) as Record<string, never[]>;
    expect(answer).toMatchObject({ verdict: "3 isolated, 2 of them stable in Σ", isolated: 3, stable: 2 });
    expect(answer["branches"]!.map(({ rank }) => rank)).toEqual([0, 1]);
    expect(answer["search"]).toMatchObject({ startsPerRank: 32, seed: 1, ranks: [0, 1], unseen: 0 });
  });

  test.each([
    [3, { status: "stopped", event: "cancelled" }, /^cancelled after 3 starts: /],
    // The search asks before each of its 33 starts, and so do those of the three places of the range.
    [33, { status: "completed" }, /^branches cancelled: 3 isolated/],
    [33 + 3 * 33 + 20, { status: "completed" }, /^branches cancelled: 3 isolated/],
  ])("a cancel asked for the %d-th time is part of the answer", (asked, outcome, verdict) => {
    let left = asked;
    const cancel = {
      get aborted() {
        return left-- <= 0;
      },
    };
    const { model, initial, analyses, modelAt, integration } = bind(line(-1, 4, -0.5), 1, {
      analyze: { equilibria: written({}) },
    });
    const { plugin, parameters } = analyses[0]!;
    const context = { model, initial, modelAt, span: integration.span, parameters, cancel };
    const answer = plugin.analyze(context) as Record<string, Record<string, unknown>>;
    expect(answer["verdict"]).toMatch(verdict);
    expect(answer["search"]!["outcome"]).toEqual(outcome);
    expect(answer["continuation"]!["outcome"]).toEqual({ status: "stopped", event: "cancelled" });
  });

  test("is made beside a run only where the document asks for it", () => {
    const leaveOut = ["integrates"] as const;
    expect(analyzeExperiment(bind(line(-1, 4, -0.5), 1), { leaveOut })["equilibria"]).toBeUndefined();
    const asked = bind(line(-1, 4, -0.5), 1, { analyze: { equilibria: { starts: 4 } } });
    expect(analyzeExperiment(asked, { leaveOut })["equilibria"]).toBeDefined();
    expect(asked.spec["analyze"]).toEqual({ equilibria: { starts: 4, seed: 1 } });
  });

  test("in five dimensions it waits to be asked", () => {
    const model = { attention: { softmax: { V: { scale: -1 } } }, feedforward: isotropic(1) };
    expect(analyzeExperiment(bind(model, 5))["equilibria"]).toBeUndefined();
  });

  test.each([
    [written({ path: "initial.gaussian.n" }), "path leads to a number of the model"],
    [written({ range: [1, 0] }), "range is [a, b] with a < b"],
    [written({ path: "model.attention.0.softmax.betta" }), "betta"],
    [{ starts: 0 }, "starts"],
  ])("refuses what the model cannot have, %#", (parameters, says) => {
    expect(() => bind(line(-1, 4, -0.5), 1, { analyze: { equilibria: parameters } })).toThrow(says);
  });

  test("refuses analyses that there are not, or that do not apply", () => {
    expect(() => bind(line(-1, 4, -0.5), 1, { analyze: { equilibriums: {} } })).toThrow("equilibria");
    const open = { attention: { sigmoid: {} } };
    const onPoints = { model: open, initial: { points: [[0], [1]] }, levels: { particles: {} } };
    expect(() => experiment({ ...onPoints, analyze: { equilibria: {} } })).toThrow("no Gaussian closure");
  });
});
