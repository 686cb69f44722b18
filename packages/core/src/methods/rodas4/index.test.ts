import { expect, test } from "vitest";
import { logSlope } from "../../../test/helpers/slope.js";
import { adaptive, fixed, type Problem, solve } from "../../solve/index.js";
import { rodas4 } from "./index.js";

/** ẏ = M(y − g(t)) + g'(t) with M of eigenvalues −1 and −10^k: y = g(t) + e^{Mt}(y(0) − g(0)) in closed form. */
function linearStiff(rate: number): { problem: Problem; exact(t: number): [number, number] } {
  // M = R diag(−1, −rate) Rᵀ, R the rotation by 0.6.
  const [c, s] = [Math.cos(0.6), Math.sin(0.6)];
  const entries = [-c * c - rate * s * s, -c * s + rate * c * s, -c * s + rate * c * s, -s * s - rate * c * c];
  return {
    problem: {
      y0: Float64Array.of(c, s + 1),
      layout: { y: { offset: 0, shape: [2] } },
      drift(t, y, out) {
        const [u, v] = [y[0]! - Math.sin(t), y[1]! - Math.cos(t)];
        out[0] = entries[0]! * u + entries[1]! * v + Math.cos(t);
        out[1] = entries[2]! * u + entries[3]! * v - Math.sin(t);
      },
    },
    // The start lies on the slow eigenvector.
    exact: (t) => [Math.sin(t) + c * Math.exp(-t), Math.cos(t) + s * Math.exp(-t)],
  };
}

const errorAt = (yEnd: Float64Array, exact: readonly number[]) =>
  Math.hypot(...exact.map((value, i) => yEnd[i]! - value));

test("linear stiff systems meet the tolerance whatever the rate, in as many steps", () => {
  const counts = [1e2, 1e4, 1e6, 1e8].map((rate) => {
    const { problem, exact } = linearStiff(rate);
    const { yEnd, stats } = solve(problem, rodas4.bind({}), {
      span: [0, 3],
      steps: adaptive({ rtol: 1e-6, atol: 1e-6 }),
    });
    expect(errorAt(yEnd, exact(3))).toBeLessThan(2e-5);
    return stats.steps;
  });
  // Order reduction moves the number of steps by a small factor, never by the factor of the rates.
  expect(Math.max(...counts)).toBeLessThan(10 * Math.min(...counts));
});

test("order 4 on a moderately stiff system, and the error does not explode where dt·rate is large", () => {
  const { problem, exact } = linearStiff(10);
  const counts = [120, 160, 240, 320];
  const errors = counts.map((count) =>
    errorAt(solve(problem, rodas4.bind({}), { span: [0, 3], steps: fixed(3 / count) }).yEnd, exact(3)),
  );
  const slope = logSlope(
    counts.map((count) => 1 / count),
    errors,
  );
  // dt·rate is between 0.1 and 0.25, where the order is a little reduced; without stiffness methods/contract.test.ts finds 4.
  expect(slope).toBeGreaterThan(3.5);
  const harsh = linearStiff(1e9);
  const { yEnd } = solve(harsh.problem, rodas4.bind({}), { span: [0, 3], steps: fixed(0.1) });
  // dt·rate = 10⁸: the stiff order of an L-stable method is at least 2.
  expect(errorAt(yEnd, harsh.exact(3))).toBeLessThan(1e-3);
});

test("L-stable: one step of dt·rate = 10^8 leaves nothing of the fast component", () => {
  const decay: Problem = {
    y0: Float64Array.of(1),
    layout: { y: { offset: 0, shape: [1] } },
    drift: (_t, y, out) => {
      out[0] = -1e8 * y[0]!;
    },
  };
  const { yEnd } = solve(decay, rodas4.bind({}), { span: [0, 1], steps: fixed(1) });
  // R(z) = O(1/z); the Jacobian by differences is off by 10⁻¹⁰.
  expect(Math.abs(yEnd[0]!)).toBeLessThan(1e-6);
});

test("a rejected step takes the Jacobian again instead of asking for it anew", () => {
  let calls = 0;
  const method = rodas4.bind({});
  const problem: Problem = {
    y0: Float64Array.of(1, 2, 3),
    layout: { y: { offset: 0, shape: [3] } },
    drift: (_t, y, out) => {
      calls++;
      for (let i = 0; i < 3; i++) out[i] = -(i + 1) * y[i]!;
    },
  };
  const scratch = method.init(problem, 0);
  const out = new Float64Array(3);
  // f, ∂f/∂t (autonomous: one), two for each of three columns and five further stages.
  expect(method.step(problem, 0, 0.1, problem.y0, out, scratch).evaluations).toBe(13);
  expect(method.step(problem, 0, 0.05, problem.y0, out, scratch).evaluations).toBe(5);
  expect(calls).toBe(18);
  method.accept(scratch);
  expect(method.step(problem, 0.05, 0.05, out.slice(), out, scratch).evaluations).toBe(13);
});

test("a singular step matrix is a rejected step, not an exception", () => {
  // ẏ = 4y at dt = 1: I/(γ dt) − J = 0.
  const growth: Problem = {
    y0: Float64Array.of(1),
    layout: { y: { offset: 0, shape: [1] } },
    drift: (_t, y, out) => {
      out[0] = 4 * y[0]!;
    },
  };
  const { outcome, yEnd } = solve(growth, rodas4.bind({}), {
    span: [0, 1],
    steps: adaptive({ rtol: 1e-6, atol: 1e-6 }),
  });
  expect(outcome.status).toBe("completed");
  expect(Math.abs(yEnd[0]! / Math.exp(4) - 1)).toBeLessThan(1e-5);
});
