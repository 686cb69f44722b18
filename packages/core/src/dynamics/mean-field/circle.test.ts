import { describe, expect, test } from "vitest";
import { logSlope } from "../../../test/helpers/slope.js";
import { circleWasserstein } from "../../distances/circle-wasserstein/index.js";
import { type Experiment, experiment, runExperiment } from "../../experiment/index.js";
import { InputError } from "../../foundation/errors/index.js";
import { besselIRatio, logBesselI } from "../../foundation/special-functions/index.js";
import type { PointCloud } from "../../laws/contract.js";
import { solve } from "../../solve/index.js";

const distance = circleWasserstein.bind({}, 1);

interface Case {
  readonly beta?: number;
  readonly expression?: string;
  readonly T?: number;
  readonly level?: Record<string, unknown>;
  readonly model?: Record<string, unknown>;
}

const documentOf = ({ beta = 5, expression = "1 + 0.4*cos(theta) + 0.2*sin(2*theta)", T = 2, level, model }: Case) => ({
  model: { attention: { softmax: { beta } }, geometry: "sphere", ...model },
  initial: { density: { circle: { expression }, n: 50 } },
  levels: { "mean-field": level ?? {} },
  solve: { span: [0, T], method: "dop853", steps: { adaptive: { rtol: 1e-11, atol: 1e-13 } } },
});

const bound = (one: Case): Experiment => experiment(documentOf(one));

/** The law at the end. */
function finalLaw(one: Case): PointCloud {
  const { levels, integration } = bound(one);
  const { level } = levels[0]!;
  const { method, stepping } = level.own ?? integration;
  const { outcome, yEnd } = solve(level.problem, method, { span: integration.span, steps: stepping });
  expect(outcome.status).toBe("completed");
  return level.law(yEnd) as PointCloud;
}

const spectral = (grid: number, tolerance = 1e-12) => ({ scheme: "spectral", grid, tolerance });
const quantiles = (grid: number) => ({ scheme: "quantiles", grid });
const finiteVolume = (grid: number) => ({ grid, tolerance: 1e-9 });

/** ∫f dμ for a few smooth f. */
function means({ m, points, weights }: PointCloud): number[] {
  const sums = [0, 0, 0, 0];
  for (let j = 0; j < m; j++) {
    const [x, y, w] = [points[2 * j]!, points[2 * j + 1]!, weights[j]!];
    [x, y, x * y, Math.exp(x)].forEach((value, k) => {
      sums[k]! += w * value;
    });
  }
  return sums;
}

const gap = (a: readonly number[], b: readonly number[]) => Math.max(...a.map((value, k) => Math.abs(value - b[k]!)));

describe("three schemes, one law (β = 5, t = 2)", () => {
  const reference = means(finalLaw({ level: spectral(256) }));

  test("spectral: faster than any power", () => {
    const errors = [32, 64, 128].map((n) =>
      gap(means(finalLaw({ level: { ...spectral(n), tolerance: 1e-12 } })), reference),
    );
    // Each doubling squares the error until the tolerance of the steps.
    expect(errors[0]!).toBeLessThan(1e-3);
    expect(errors[1]!).toBeLessThan(errors[0]! / 50);
    expect(errors[2]!).toBeLessThan(1e-9);
  });

  test("finite volume: order 2", () => {
    const sizes = [64, 128, 256, 512];
    const errors = sizes.map((n) => gap(means(finalLaw({ level: finiteVolume(n) })), reference));
    // Order 2 of the midpoint masses; the flux has order 3 and shows on the coarsest grid.
    expect(logSlope(sizes, errors)).toBeLessThan(-1.9);
    expect(logSlope(sizes, errors)).toBeGreaterThan(-2.6);
    expect(errors[3]!).toBeLessThan(1e-4);
  });

  test("quantiles: order 2", () => {
    const sizes = [64, 128, 256, 512];
    const errors = sizes.map((n) => gap(means(finalLaw({ level: quantiles(n) })), reference));
    expect(logSlope(sizes, errors)).toBeLessThan(-1.9);
    expect(errors[3]!).toBeLessThan(1e-4);
  });
});

describe("the uniform law is unstable at Funk and Hecke's rates", () => {
  /** log of the growth of mode k, per depth, from 1 + 10⁻⁶ cos kθ. */
  function measuredRate(k: number, one: Case, T: number): number {
    const law = finalLaw({ ...one, expression: `1 + 1e-6*cos(${k}*theta)`, T, level: spectral(128, 1e-9) });
    const mode = (weights: Float64Array) =>
      weights.reduce((sum, w, j) => sum + w * Math.cos((k * 2 * Math.PI * (j + 0.5)) / weights.length), 0);
    return Math.log(mode(law.weights) / 5e-7) / T;
  }

  test.each([5, 10, 20, 50])("softmax, β = %i: r_k = k²I_k/(βI_0)", (beta) => {
    for (const k of [1, 2, 4, 6, 9]) {
      let ratio = 1;
      for (let order = 0; order < k; order++) ratio *= besselIRatio(order, beta);
      const rate = (k * k * ratio) / beta;
      // Nonlinear terms are 10⁻⁶e^{rT}; noise of the steps 10⁻⁹ relative of the mean, 10⁻³ of the mode.
      expect(Math.abs(measuredRate(k, { beta }, 1) / rate - 1)).toBeLessThan(0.005);
    }
  });

  test("unnormalised: r_k = k²I_k(β)/β; repelled it decays at that rate", () => {
    const beta = 3;
    const attention = { unnormalised: { beta } };
    for (const k of [1, 3]) {
      const rate = (k * k * Math.exp(logBesselI(k, beta))) / beta;
      const attracted = measuredRate(k, { model: { attention } }, 0.3);
      const repelled = measuredRate(k, { model: { attention, sign: "repel" } }, 0.3);
      expect(Math.abs(attracted / rate - 1)).toBeLessThan(0.005);
      expect(Math.abs(repelled / rate + 1)).toBeLessThan(0.005);
    }
  });
});

describe("atoms emerge and the scheme lives on (β = 20, t = 10)", () => {
  const one: Case = { beta: 20, expression: "1 + 0.5*cos(theta) + 0.3*sin(6*theta)", T: 10 };
  const { levels } = bound({ ...one, level: { grid: 256 } });
  const { level } = levels[0]!;
  const { yEnd, outcome, events } = solve(level.problem, level.own!.method, {
    span: [0, 10],
    steps: level.own!.stepping,
    events: level.events,
  });

  test("mass to 1e-13, no negative cell, and it says when the density fell below the grid", () => {
    expect(outcome.status).toBe("completed");
    expect(Math.abs(yEnd.reduce((sum, value) => sum + value, 0) - 1)).toBeLessThan(1e-13);
    expect(Math.min(...yEnd)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...yEnd)).toBeGreaterThan(0.1);
    expect(events.map((event) => event.name)).toContain("under-resolved");
    expect(events[0]!.t).toBeGreaterThan(1);
  });

  test("the spectral scheme stops there instead", () => {
    const [own] = bound({ ...one, level: spectral(256, 1e-9) }).levels;
    const { method, stepping } = own!.level.own!;
    const stop = solve(own!.level.problem, method, { span: [0, 10], steps: stepping, events: own!.level.events });
    expect(stop.outcome).toMatchObject({ status: "stopped", event: "under-resolved" });
    expect(Math.min(...stop.yEnd)).toBeGreaterThan(-1e-6 / 256);
  });

  test("quantiles of the same law are as near as a cell", () => {
    const points = finalLaw({ ...one, level: quantiles(2000) });
    // Atoms on a grid keep about one cell: 2π/256 = .025.
    expect(distance(points, level.law(yEnd))).toBeLessThan(0.025);
  });
});

test("a discontinuous start stays positive and keeps its mass", () => {
  const document = {
    ...documentOf({ beta: 10, T: 3, level: { grid: 512 } }),
    initial: { density: { circle: { values: [1, 0, 3, 0, 0, 2, 1, 0] } } },
  };
  const { levels } = experiment(document);
  const { level } = levels[0]!;
  const { yEnd } = solve(level.problem, level.own!.method, { span: [0, 3], steps: level.own!.stepping });
  expect(Math.min(...yEnd)).toBeGreaterThanOrEqual(0);
  expect(Math.abs(yEnd.reduce((sum, value) => sum + value, 0) - 1)).toBeLessThan(1e-13);
});

test("a model that is no convolution goes through the direct sum to the same law", () => {
  const model = {
    attention: {
      softmax: {
        beta: 2,
        Q: [
          [1, 0.5],
          [0, 2],
        ],
      },
    },
    feedforward: { affine: { W: { scale: -0.1 }, b: [0.2, 0] } },
  };
  const one: Case = { model, T: 1 };
  const reference = means(finalLaw({ ...one, level: spectral(128, 1e-10) }));
  expect(gap(means(finalLaw({ ...one, level: { grid: 128 } })), reference)).toBeLessThan(2e-3);
  expect(gap(means(finalLaw({ ...one, level: quantiles(400) })), reference)).toBeLessThan(1e-4);
});

test("quantiles start as the inverse distribution function", () => {
  const { levels } = bound({ expression: "1 + 0.5*cos(theta)", level: quantiles(33) });
  levels[0]!.level.problem.y0.forEach((theta, i) => {
    // Linear within cells of 2π/8192: (2π/8192)²·ρ'/8ρ.
    expect(Math.abs((theta + 0.5 * Math.sin(theta)) / (2 * Math.PI) - (i + 0.5) / 33)).toBeLessThan(1e-7);
  });
});

describe("refuses", () => {
  const codeOf = (document: unknown): [string, string] => {
    try {
      runExperiment(experiment(document));
    } catch (error) {
      if (error instanceof InputError) return [error.code, error.message];
    }
    return ["nothing", ""];
  };

  test("a law without a density, on the wrong space, or not resolved", () => {
    const base = documentOf({});
    const points = { points: [[1, 0]] };
    expect(codeOf({ ...base, initial: points })[0]).toBe("no-closure");
    expect(codeOf({ ...base, initial: points })[1]).toContain("the law points has no density");
    const flat = { gaussian: { mean: [1, 0] } };
    expect(codeOf({ ...base, initial: flat })[1]).toContain("the law gaussian is one of R^d");
    const narrow = { density: { circle: { expression: "exp(5000*(x - 1))" } } };
    expect(codeOf({ ...base, initial: narrow, levels: { "mean-field": { grid: 128 } } })).toEqual([
      "out-of-range",
      expect.stringContaining("must be resolved"),
    ]);
    expect(codeOf({ ...base, initial: narrow, levels: { "mean-field": spectral(128) } })[1]).toContain("smooth");
    expect(codeOf({ ...base, levels: { "mean-field": spectral(100) } })[1]).toContain("power of two");
  });

  test("a mask, where nothing says which positions there are", () => {
    const base = documentOf({ model: { mask: "causal" } });
    expect(codeOf(base)).toEqual(["missing", expect.stringContaining("this one has no positions")]);
  });
});
