import { describe, expect, test } from "vitest";
import { distanceMax } from "../../../test/helpers/slope.js";
import { adaptive, logTime, type Problem, type SolveEvent, solve, wholeState } from "../../solve/index.js";
import { dop853 } from "../dop853/index.js";
import { rodas4 } from "../rodas4/index.js";
import { tsit5 } from "../tsit5/index.js";
import { auto } from "./index.js";

const problem = (y0: number[], drift: Problem["drift"]): Problem => ({
  y0: Float64Array.from(y0),
  layout: { y: { offset: 0, shape: [y0.length] } },
  drift,
});

/** Van der Pol at μ = 10³, in the time t/μ: ε = μ⁻². */
const vanDerPol = problem([2, 0], (_t, y, out) => {
  out[0] = y[1]!;
  out[1] = ((1 - y[0]! ** 2) * y[1]! - y[0]!) / 1e-6;
});

const robertson = problem([1, 0, 0], (_t, y, out) => {
  out[0] = -0.04 * y[0]! + 1e4 * y[1]! * y[2]!;
  out[2] = 3e7 * y[1]! ** 2;
  out[1] = -out[0]! - out[2]!;
});

/** ẏ = −λ(y − cos t) − sin t and a slow partner: y = cos t whatever λ. */
const relaxing = problem([1, 1], (t, y, out) => {
  out[0] = -1e6 * (y[0]! - Math.cos(t)) - Math.sin(t);
  out[1] = -y[1]!;
});

const circle = problem([1, 0], (_t, y, out) => {
  out[0] = y[1]!;
  out[1] = -y[0]!;
});

describe.each([rodas4, auto])("$name on stiff problems", (plugin) => {
  const method = plugin.bind({});

  test("Van der Pol at mu = 1000, through two of its jumps", () => {
    const { outcome, yEnd, stats } = solve(vanDerPol, method, {
      span: [0, 2],
      steps: adaptive({ rtol: 1e-8, atol: 1e-10 }),
    });
    expect(outcome.status).toBe("completed");
    // Reference of the test set for initial value problem solvers (Mazzia, Magherini), to 11 digits; a jump turns an
    // error of the tolerance into one of its time, some hundred times as large here.
    expect(Math.abs(yEnd[0]! - 1.706167732170483)).toBeLessThan(2e-6);
    expect(Math.abs(yEnd[1]! - -0.8928097010247975)).toBeLessThan(2e-6);
    // An explicit method needs 2·3·10⁶/3.3 steps.
    expect(stats.steps).toBeLessThan(8000);
  });

  test("Robertson's kinetics to t = 10^11", () => {
    const { outcome, yEnd, stats } = solve(robertson, method, {
      span: [0, 1e11],
      steps: adaptive({ rtol: 1e-7, atol: 1e-15 }),
    });
    expect(outcome.status).toBe("completed");
    const exact = [0.2083340149701255e-7, 0.8333360770334713e-13, 0.999999979166505];
    // Relative, in the quasi-steady state a few tolerances.
    exact.forEach((value, i) => {
      expect(Math.abs(yEnd[i]! / value - 1)).toBeLessThan(1e-4);
    });
    expect(Math.abs(yEnd[0]! + yEnd[1]! + yEnd[2]! - 1)).toBeLessThan(1e-10);
    expect(stats.steps).toBeLessThan(3000);
  });

  test("Robertson's kinetics in logarithmic time gives the same", () => {
    const { yEnd, tEnd } = solve(robertson, method, {
      span: [0, 1e4],
      steps: adaptive({ rtol: 1e-8, atol: 1e-14 }),
      time: logTime(1e-3),
    });
    const plain = solve(robertson, method, { span: [0, 1e4], steps: adaptive({ rtol: 1e-8, atol: 1e-14 }) });
    expect(tEnd).toBe(1e4);
    // Two integrations at tolerance 1e-8.
    expect(distanceMax(yEnd, plain.yEnd)).toBeLessThan(1e-6);
  });

  test("a fast relaxation costs no steps", () => {
    const { yEnd, stats } = solve(relaxing, method, { span: [0, 10], steps: adaptive({ rtol: 1e-6, atol: 1e-8 }) });
    expect(Math.abs(yEnd[0]! - Math.cos(10))).toBeLessThan(1e-6);
    expect(Math.abs(yEnd[1]! - Math.exp(-10))).toBeLessThan(1e-6);
    // An explicit method needs 10·10⁶/3.3 steps.
    expect(stats.steps).toBeLessThan(1000);
  });

  test("events and saved times lie on the dense output", () => {
    const event: SolveEvent = { name: "half", direction: "down", terminal: true, g: (_t, y) => y[1]! - 0.5 };
    const { outcome, records } = solve(relaxing, method, {
      span: [0, 10],
      steps: adaptive({ rtol: 1e-9, atol: 1e-11 }),
      events: [event],
      save: { y: { what: wholeState(2), when: [0.1, 0.35, 0.6] } },
    });
    expect(outcome).toMatchObject({ status: "stopped", event: "half" });
    // The dense output has one order less than the steps.
    if (outcome.status === "stopped") expect(Math.abs(outcome.t - Math.LN2)).toBeLessThan(1e-7);
    [0.1, 0.35, 0.6].forEach((t, k) => {
      expect(Math.abs(records.y.value.data[2 * k]! - Math.cos(t))).toBeLessThan(1e-7);
      expect(Math.abs(records.y.value.data[2 * k + 1]! - Math.exp(-t))).toBeLessThan(1e-7);
    });
  });
});

describe("the choice", () => {
  const steps = adaptive({ rtol: 1e-6, atol: 1e-8 });

  test("stays explicit where nothing is stiff, and then is tsit5 to the last bit", () => {
    const run = solve(circle, auto.bind({}), { span: [0, 50], steps });
    const explicit = solve(circle, tsit5.bind({}), { span: [0, 50], steps });
    expect(run.stats.methods).toEqual([{ name: "tsit5", from: 0, to: 50 }]);
    expect(run.yEnd).toEqual(explicit.yEnd);
    expect(run.stats.evaluations).toBe(explicit.stats.evaluations);
    expect(explicit.stats.methods).toBeUndefined();
  });

  test("goes to the stiff method where the rate is high and comes back where it is low", () => {
    // The rate is 10⁴ for t in (2, 4) and 1 elsewhere, smoothly.
    const bump = problem([0.5, 1], (t, y, out) => {
      const rate = 1 + 1e4 / (1 + ((t - 3) / 0.7) ** 20);
      out[0] = -rate * (y[0]! - Math.sin(5 * t)) + 5 * Math.cos(5 * t);
      out[1] = Math.cos(t) * y[1]!;
    });
    const { stats, yEnd } = solve(bump, auto.bind({}), { span: [0, 12], steps });
    const names = stats.methods!.map((one) => one.name);
    expect(names).toEqual(["tsit5", "rodas4", "tsit5"]);
    // The bump's edges, where the rate is about 100, lie at 3 ∓ 0.9.
    expect(stats.methods![1]!.from).toBeGreaterThan(1.5);
    expect(stats.methods![1]!.from).toBeLessThan(2.8);
    expect(stats.methods![1]!.to).toBeGreaterThan(3.2);
    expect(stats.methods![1]!.to).toBeLessThan(9);
    expect(stats.methods!.map((one) => one.to).at(-1)).toBe(12);
    const exact = solve(bump, dop853.bind({}), { span: [0, 12], steps: adaptive({ rtol: 1e-11, atol: 1e-12 }) });
    // Twenty tolerances for some hundred steps.
    expect(distanceMax(yEnd, exact.yEnd)).toBeLessThan(2e-5);
    expect(stats.evaluations).toBeLessThan(exact.stats.evaluations);
  });

  test("does not leak between runs of one method", () => {
    const method = auto.bind({});
    const run = () => solve(vanDerPol, method, { span: [0, 1], steps });
    const [first, second] = [run(), run()];
    expect(second).toEqual(first);
    expect(first.stats.methods!.map((one) => one.name)).toContain("rodas4");
  });
});
