import { describe, expect, test } from "vitest";
import { dop853 } from "../methods/dop853/index.js";
import { rk4 } from "../methods/rk4/index.js";
import { tsit5 } from "../methods/tsit5/index.js";
import { adaptive, fixed, logTime, type Problem, type SolveEvent, solve, sundman, wholeState } from "./index.js";

const problem = (y0: number[], drift: Problem["drift"]): Problem => ({
  y0: Float64Array.from(y0),
  layout: { y: { offset: 0, shape: [y0.length] } },
  drift,
});

/** ẏ = y²: y = 1/(1 − t), and a clock. */
const square = problem([1, 0], (_t, y, out) => {
  out[0] = y[0]! ** 2;
  out[1] = 1;
});

const part = { offset: 0, size: 1 };
const steps = adaptive({ rtol: 1e-12, atol: 1e-12 });

describe("Sundman time", () => {
  test("follows a quadratic blow-up to 10^12, where t is known to 1e-11", () => {
    const reached: SolveEvent = { name: "high", direction: "up", terminal: true, g: (_t, y) => y[0]! / 1e11 - 1 };
    const { outcome, yEnd } = solve(square, dop853.bind({}), {
      span: [0, 2],
      steps,
      events: [reached],
      time: sundman(part),
    });
    expect(outcome).toMatchObject({ status: "stopped", event: "high" });
    if (outcome.status === "stopped") expect(Math.abs(outcome.t - 1)).toBeLessThan(1e-11);
    // Both clocks agree: the integrated t and the state's own.
    expect(Math.abs(yEnd[1]! - 1)).toBeLessThan(1e-11);
    const open = solve(square, dop853.bind({}), { span: [0, 2], steps, time: sundman(part) });
    expect(open.outcome).toMatchObject({ status: "failed", code: "step-too-small" });
    expect(Math.abs(open.tEnd - 1)).toBeLessThan(1e-10);
    expect(open.yEnd[0]!).toBeGreaterThan(1e12);
  });

  test.each([dop853, tsit5])("$name: spans, saved times and events are physical", (method) => {
    const when = [0, 0.25, 0.5, 0.75, 0.9];
    const passing: SolveEvent = { name: "two", direction: "up", terminal: false, g: (_t, y) => y[0]! - 2 };
    const { records, tEnd, yEnd, outcome, events } = solve(square, method.bind({}), {
      span: [0, 0.9],
      steps: adaptive({ rtol: 1e-10, atol: 1e-10 }),
      save: { y: { what: wholeState(2), when } },
      events: [passing],
      time: sundman(part),
    });
    expect(outcome.status).toBe("completed");
    expect(tEnd).toBe(0.9);
    expect(Array.from(records.y.t)).toEqual(when);
    // The dense output of tsit5 has one order less than its steps.
    when.forEach((t, k) => {
      expect(Math.abs(records.y.value.data[2 * k]! - 1 / (1 - t))).toBeLessThan(1e-6);
      expect(Math.abs(records.y.value.data[2 * k + 1]! - t)).toBeLessThan(1e-7);
    });
    expect(Math.abs(yEnd[0]! - 10)).toBeLessThan(1e-6);
    expect(events).toHaveLength(1);
    expect(Math.abs(events[0]!.t - 0.5)).toBeLessThan(1e-8);
  });

  test("keeps breakpoints, retractions and maxSteps", () => {
    // ẏ = ry with r = 1, then −2 from 0.7 on; the second component is held at 1.
    const broken: Problem = {
      ...problem([1, 1], (t, y, out) => {
        out[0] = (t < 0.7 ? 1 : -2) * y[0]!;
        out[1] = 0.3;
      }),
      breakpoints: [0.7],
      retract: (y) => {
        y[1] = 1;
      },
    };
    const { yEnd } = solve(broken, dop853.bind({}), { span: [0, 1.5], steps, time: sundman(part) });
    expect(Math.abs(yEnd[0]! - Math.exp(0.7 - 1.6))).toBeLessThan(1e-10);
    expect(yEnd[1]).toBe(1);
    const short = adaptive({ rtol: 1e-12, atol: 1e-12, maxSteps: 5 });
    expect(solve(square, tsit5.bind({}), { span: [0, 0.99], steps: short, time: sundman(part) }).outcome).toMatchObject(
      {
        status: "failed",
        code: "too-many-steps",
      },
    );
  });

  test("changes nothing but the steps: the same solution as in plain time", () => {
    const pendulum = problem([1, 0], (t, y, out) => {
      out[0] = y[1]!;
      out[1] = -Math.sin(y[0]!) + 0.1 * Math.cos(t);
    });
    const plain = solve(pendulum, dop853.bind({}), { span: [1, 9], steps });
    const changed = solve(pendulum, dop853.bind({}), { span: [1, 9], steps, time: sundman({ offset: 0, size: 2 }) });
    // Tolerance 1e-12 over eight units of time.
    plain.yEnd.forEach((value, i) => {
      expect(Math.abs(changed.yEnd[i]! - value)).toBeLessThan(1e-10);
    });
  });
});

describe("logarithmic time", () => {
  test("reaches t = 10^8 along 1/t in few steps, records in physical time", () => {
    // ẏ = −y²: y = 1/(1 + t).
    const algebraic = problem([1], (_t, y, out) => {
      out[0] = -(y[0]! ** 2);
    });
    const when = [1, 100, 1e4, 1e8];
    const { records, stats, tEnd } = solve(algebraic, dop853.bind({}), {
      span: [0, 1e8],
      steps: adaptive({ rtol: 1e-10, atol: 1e-18 }),
      save: { y: { what: wholeState(1), when } },
      time: logTime(),
    });
    expect(tEnd).toBe(1e8);
    expect(Array.from(records.y.t)).toEqual(when);
    when.forEach((t, k) => {
      expect(Math.abs(records.y.value.data[k]! * (1 + t) - 1)).toBeLessThan(1e-7);
    });
    // s runs to log(10⁸) = 18: a tenth of a unit for each step.
    expect(stats.steps).toBeLessThan(200);
  });

  test("keeps breakpoints and events", () => {
    const broken: Problem = {
      ...problem([0], (t, _y, out) => {
        out[0] = t < 30 ? 1 : -1;
      }),
      breakpoints: [30],
    };
    const event: SolveEvent = { name: "back", direction: "down", terminal: true, g: (_t, y) => y[0]! - 10 };
    const { outcome } = solve(broken, dop853.bind({}), { span: [0, 100], steps, events: [event], time: logTime(0.5) });
    expect(outcome.status).toBe("stopped");
    // t = 30 + 20; the drift before a breakpoint is asked up to a billionth of the piece before it.
    if (outcome.status === "stopped") expect(Math.abs(outcome.t - 50)).toBeLessThan(1e-6);
  });
});

test("a change of time refuses fixed steps and a scale that is not positive", () => {
  const run = () => solve(square, rk4.bind({}), { span: [0, 0.5], steps: fixed(0.1), time: sundman(part) });
  expect(run).toThrow("solve.time: a change of time needs adaptive steps");
  expect(() => logTime(0)).toThrow("logTime");
  expect(() => logTime(Number.NaN)).toThrow("logTime");
  const span = [1, 0] as const;
  expect(() => solve(square, tsit5.bind({}), { span, steps, time: sundman(part) })).toThrow("solve.span");
});
