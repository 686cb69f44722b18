import { describe, expect, test } from "vitest";
import { type Experiment, experiment, runExperiment } from "../src/experiment/index.js";
import { dop853 } from "../src/methods/dop853/index.js";
import { adaptive, solve } from "../src/solve/index.js";
import { normals, rowsOf } from "./helpers/arrays.js";
import { errorAt, momentFlow } from "./helpers/particles-to-moments.js";
import { distanceMax, logSlope } from "./helpers/slope.js";

const tight = { method: "dop853", steps: { adaptive: { rtol: 1e-11, atol: 1e-12 } } };

describe("layers approach the particles like 1/L", () => {
  const d = 3;
  const attention = { softmax: { beta: 2, Q: rowsOf(normals(9, 1, 0.7), d, d), V: rowsOf(normals(9, 2, 0.7), d, d) } };
  const models = {
    sphere: { model: { attention, geometry: "sphere" }, initial: { "uniform-sphere": { d, n: 12, seed: 4 } } },
    euclidean: {
      model: { attention, mask: "causal", feedforward: { affine: { W: { scale: -0.5 }, b: [0.3, 0, 0] } } },
      initial: { gaussian: { mean: [0, 0, 0], n: 12, seed: 4 } },
    },
  };

  test.each(Object.entries(models))("%s: slope 1 ± .05", (_name, base) => {
    const solveSpec = { span: [0, 2], ...tight };
    const stateOf = (levels: Record<string, object>) =>
      Object.values(runExperiment(experiment({ ...base, levels, solve: solveSpec })).levels)[0]!.states["x"]!.data;
    const flow = stateOf({ particles: {} });
    const counts = [100, 200, 400, 800];
    const errors = counts.map((L) => distanceMax(stateOf({ layers: { L } }), flow));
    const slope = logSlope(
      counts.map((L) => 1 / L),
      errors,
    );
    console.info(`layers to particles, ${_name}: slope ${slope}, error at L = 800: ${errors.at(-1)}`);
    expect(Math.abs(slope - 1)).toBeLessThan(0.05);
  });
});

test("particles approach the moments like n^(−½), three small sizes", () => {
  const exact = momentFlow();
  expect(exact.tilt).toBeLessThan(0.5);
  const sizes = [64, 256, 1024];
  const slope = logSlope(
    sizes,
    sizes.map((n) => errorAt(n, 12, 0.25, exact).rms),
  );
  // Each RMS of 12 seeds is good to 1/√24 = .2; over a factor 16 in n that moves the slope by up to .07 at one sigma.
  expect(Math.abs(slope + 0.5)).toBeLessThan(0.15);
});

/** Depth at which all particles of a level have overlap .999 with each other, from an event on x_1 and x_2. */
function depthOfSynchrony(bound: Experiment): number {
  const { problem } = bound.levels[0]!.level;
  const { d } = bound.initial;
  const g = (_t: number, y: Float64Array) => {
    let overlap = 0;
    for (let a = 0; a < d; a++) overlap += y[a]! * y[d + a]!;
    return overlap - 0.999;
  };
  const { outcome } = solve(problem, dop853.bind({}), {
    span: bound.integration.span,
    steps: adaptive({ rtol: 1e-9, atol: 1e-11 }),
    events: [{ name: "synchronous", direction: "up", terminal: true, g }],
  });
  return outcome.status === "stopped" ? outcome.t : Number.NaN;
}

describe("equiangular tokens, n = 32", () => {
  const n = 32;
  const scalar = (beta: number) => ({
    y0: Float64Array.of(0),
    layout: { rho: { offset: 0, shape: [1] } },
    drift(_t: number, y: Float64Array, out: Float64Array) {
      const rho = y[0]!;
      out[0] =
        (2 * Math.exp(beta * rho) * (1 - rho) * ((n - 1) * rho + 1)) /
        (Math.exp(beta) + (n - 1) * Math.exp(beta * rho));
    },
  });

  test.each([
    [0, 5.1863],
    [1, 5.2703],
    [2, 5.4584],
    [4, 6.9535],
    [6, 15.9953],
    [9, 178.731],
  ])("scalar equation, β = %i: overlap .999 at t = %f", (beta, time) => {
    const { outcome } = solve(scalar(beta), dop853.bind({}), {
      span: [0, 400],
      steps: adaptive({ rtol: 1e-10, atol: 1e-12 }),
      events: [{ name: "synchronous", direction: "up", terminal: true, g: (_t, y) => y[0]! - 0.999 }],
    });
    // The stated times are printed to six digits.
    expect(outcome.status === "stopped" && Math.abs(outcome.t / time - 1) < 1e-5).toBe(true);
  });

  test.each([
    [1, 5.2703],
    [4, 6.9535],
  ])("particles, β = %i: overlap .999 at t = %f ± 1e-3", (beta, time) => {
    const bound = experiment({
      model: { attention: { softmax: { beta } }, geometry: "sphere" },
      initial: { equiangular: { d: 32, n } },
      levels: { particles: {} },
      solve: { span: [0, 10] },
    });
    expect(Math.abs(depthOfSynchrony(bound) - time)).toBeLessThan(1e-3);
  });
});

describe("energy E = (1/2βn²)Σe^{β⟨x_i,x_j⟩} along the flow on the sphere", () => {
  const [n, d, beta] = [10, 3, 1.7];
  const at = [0.5 - 1e-3, 0.5, 0.5 + 1e-3];

  test.each(["unnormalised", "softmax"])("%s: Ė is the stated sum of squared speeds", (attention) => {
    const bound = experiment({
      model: { attention: { [attention]: { beta } }, geometry: "sphere" },
      initial: { "uniform-sphere": { d, n, seed: 6 } },
      levels: { particles: {} },
      solve: { span: [0, 1], ...tight },
      save: { at },
    });
    const { data } = runExperiment(bound).levels["particles"]!.states["x"]!;
    const states = at.map((_, k) => data.slice(k * n * d, (k + 1) * n * d));
    const weight = (x: Float64Array, i: number, j: number) => {
      let inner = 0;
      for (let a = 0; a < d; a++) inner += x[i * d + a]! * x[j * d + a]!;
      return Math.exp(beta * inner);
    };
    const indices = Array.from({ length: n }, (_, i) => i);
    const partition = (x: Float64Array, i: number) => indices.reduce((sum, j) => sum + weight(x, i, j), 0);
    const energy = (x: Float64Array) => indices.reduce((sum, i) => sum + partition(x, i), 0) / (2 * beta * n * n);
    const velocity = new Float64Array(n * d);
    bound.levels[0]!.level.problem.drift(0.5, states[1]!, velocity);
    const dissipation = indices.reduce((sum, i) => {
      const square = velocity.subarray(i * d, i * d + d).reduce((total, value) => total + value * value, 0);
      return sum + ((attention === "softmax" ? partition(states[1]!, i) / n : 1) * square) / n;
    }, 0);
    const slope = (energy(states[2]!) - energy(states[0]!)) / 2e-3;
    expect(dissipation).toBeGreaterThan(0.01);
    // Central difference at h = 1e-3: h²/6 times the third derivative, of size ten.
    expect(Math.abs(slope / dissipation - 1)).toBeLessThan(1e-5);
  });
});
