import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../foundation/errors/index.js";
import { dop853 } from "../methods/dop853/index.js";
import { euler } from "../methods/euler/index.js";
import { rk4 } from "../methods/rk4/index.js";
import { tsit5 } from "../methods/tsit5/index.js";
import { adaptive, fixed, layers, type Problem, type SolveEvent, solve, steps, wholeState } from "./index.js";

const problem = (y0: number[], drift: Problem["drift"]): Problem => ({
  y0: Float64Array.from(y0),
  layout: { y: { offset: 0, shape: [y0.length] } },
  drift,
});

/** (cos t, −sin t). */
const circle = problem([1, 0], (_t, y, out) => {
  out[0] = y[1]!;
  out[1] = -y[0]!;
});
const tight = adaptive({ rtol: 1e-12, atol: 1e-12 });
const cosine = (direction: SolveEvent["direction"], terminal: boolean): SolveEvent => ({
  name: `cosine ${direction}`,
  direction,
  terminal,
  g: (_t, y) => y[0]!,
});

describe("events", () => {
  test.each([
    ["down", Math.PI / 2],
    ["up", (3 * Math.PI) / 2],
    ["both", Math.PI / 2],
  ] as const)("the first zero of cos going %s, to 1e-10", (direction, time) => {
    for (const method of [dop853, tsit5]) {
      const { outcome, tEnd, yEnd } = solve(circle, method.bind({}), {
        span: [0, 10],
        steps: tight,
        events: [cosine(direction, true)],
      });
      expect(outcome).toMatchObject({ status: "stopped", event: `cosine ${direction}` });
      expect(Math.abs(tEnd - time)).toBeLessThan(1e-10);
      expect(Math.abs(yEnd[0]!)).toBeLessThan(1e-10);
    }
  });

  test("that do not end the run are listed in order, up to the one that does", () => {
    const stop: SolveEvent = { name: "stop", direction: "up", terminal: true, g: (t) => t - 8 };
    const { events, outcome } = solve(circle, dop853.bind({}), {
      span: [0, 20],
      steps: tight,
      events: [cosine("both", false), cosine("down", false), stop],
    });
    expect(outcome).toMatchObject({ status: "stopped", event: "stop" });
    const both = events.filter((one) => one.name === "cosine both").map((one) => one.t);
    [0.5, 1.5, 2.5].forEach((k, i) => {
      expect(Math.abs(both[i]! - k * Math.PI)).toBeLessThan(1e-10);
    });
    expect(both).toHaveLength(3);
    expect(events.filter((one) => one.name === "cosine down")).toHaveLength(2);
    expect(events.map((one) => one.t)).toEqual(events.map((one) => one.t).sort((a, b) => a - b));
  });

  test("at a step's very end are found there", () => {
    const line = problem([-1], (_t, _y, out) => out.fill(1));
    const event: SolveEvent = { name: "zero", direction: "up", terminal: true, g: (_t, y) => y[0]! };
    const { outcome } = solve(line, euler.bind({}), { span: [0, 2], steps: fixed(0.25), events: [event] });
    expect(outcome).toMatchObject({ status: "stopped", t: 1 });
  });

  test("may stand for a time beyond their crossing, with its error", () => {
    // ẏ = y², y = 1/(1 − t): announced at y = 100, that is t = .99, and extrapolated to t* = t + 1/y = 1.
    const blowUp = problem([1], (_t, y, out) => {
      out[0] = y[0]! ** 2;
    });
    const event: SolveEvent = {
      name: "escape",
      direction: "up",
      terminal: true,
      g: (_t, y) => y[0]! / 100 - 1,
      estimate: (t, y) => ({ t: t + 1 / y[0]!, remainder: 1e-3 }),
    };
    const { outcome, tEnd } = solve(blowUp, dop853.bind({}), { span: [0, 2], steps: tight, events: [event] });
    expect(Math.abs(tEnd - 0.99)).toBeLessThan(1e-10);
    expect(outcome).toMatchObject({ status: "stopped", event: "escape" });
    if (outcome.status !== "stopped") return;
    expect(Math.abs(outcome.t - 1)).toBeLessThan(1e-10);
    expect(outcome.tError).toBeGreaterThanOrEqual(1e-3);
    expect(outcome.tError).toBeLessThan(1.001e-3);
  });
});

describe("saving", () => {
  const what = wholeState(2);

  test("at times, at the end and nothing unless asked; keys are typed", () => {
    const times = [0, 0.1, 1, 2.5, 3];
    const { records } = solve(circle, dop853.bind({}), {
      span: [0, 3],
      steps: tight,
      save: { path: { what, when: times }, last: { what, when: "end" }, none: { what, when: [] } },
    });
    expect(Array.from(records.path.t)).toEqual(times);
    expect(records.path.value.shape).toEqual([5, 2]);
    // Dense output of order 8 at tolerance 1e-12.
    times.forEach((t, k) => {
      expect(Math.abs(records.path.value.data[2 * k]! - Math.cos(t))).toBeLessThan(1e-10);
    });
    expect(Array.from(records.last.t)).toEqual([3]);
    expect(Math.abs(records.last.value.data[0]! - Math.cos(3))).toBeLessThan(1e-11);
    expect(records.none.value.shape).toEqual([0, 2]);
    // @ts-expect-error a name that was not saved is no key
    expect(records.other).toBeUndefined();
  });

  test("a run that ends early ends its records with the state there", () => {
    const { records, tEnd } = solve(circle, dop853.bind({}), {
      span: [0, 10],
      steps: tight,
      save: { path: { what, when: [0, 1, 2, 3] }, last: { what, when: "end" } },
      events: [cosine("down", true)],
    });
    expect(Array.from(records.path.t)).toEqual([0, 1, tEnd]);
    expect(Array.from(records.last.t)).toEqual([tEnd]);
  });

  test("refuses times outside the span", () => {
    for (const when of [[-0.1], [0.5, 3.1], [Number.NaN]]) {
      const run = () => solve(circle, dop853.bind({}), { span: [0, 3], steps: tight, save: { path: { what, when } } });
      expect(run).toThrow(InputError);
      expect(run).toThrow("solve.save: times must lie in the span [0, 3]");
    }
  });
});

describe("outcomes", () => {
  const sqrt = problem([1], (_t, y, out) => {
    out[0] = -1 / y[0]!;
  });

  test("a singularity is step-too-small at its time", () => {
    const { outcome } = solve(sqrt, dop853.bind({}), { span: [0, 1], steps: adaptive({ rtol: 1e-8, atol: 1e-10 }) });
    expect(outcome).toMatchObject({ status: "failed", code: "step-too-small" });
    // y = √(1 − 2t) ends at ½.
    if (outcome.status === "failed") expect(Math.abs(outcome.t - 0.5)).toBeLessThan(1e-6);
  });

  test("a velocity that overflows is said to, at the start and on the way", () => {
    const steep = problem([1], (_t, y, out) => {
      out[0] = y[0]! * 1e150;
    });
    const atOnce = problem([1], (_t, _y, out) => {
      out[0] = Math.exp(800);
    });
    // e^{rt} with r = 1e150 passes 1.8e158, beyond which the velocity is infinite, at t = 158.25·log 10/1e150.
    const onTheWay = solve(steep, tsit5.bind({}), { span: [0, 1e-147], steps: tight }).outcome;
    expect(onTheWay).toMatchObject({ status: "failed", code: "not-finite" });
    const { outcome } = solve(atOnce, dop853.bind({}), { span: [0, 1], steps: tight });
    expect(outcome).toMatchObject({ status: "failed", code: "not-finite", t: 0 });
    expect(outcome.status === "failed" && outcome.message).toMatch(/overflow: the velocity at t = 0 is beyond/);
  });

  test("too many steps, and exactly enough", () => {
    const run = (maxSteps: number) =>
      solve(circle, tsit5.bind({}), { span: [0, 10], steps: adaptive({ rtol: 1e-8, atol: 1e-8, maxSteps }) });
    const needed = run(1_000_000).stats.steps;
    expect(run(needed).outcome).toEqual({ status: "completed" });
    expect(run(needed - 1).outcome).toMatchObject({ status: "failed", code: "too-many-steps" });
    expect(run(needed - 1).tEnd).toBeLessThan(10);
  });

  test("not finite at fixed steps", () => {
    const explode = problem([1], (_t, y, out) => {
      out[0] = y[0]! ** 3;
    });
    const { outcome, yEnd } = solve(explode, rk4.bind({}), { span: [0, 5], steps: fixed(0.1) });
    expect(outcome).toMatchObject({ status: "failed", code: "not-finite" });
    expect(yEnd.every(Number.isFinite)).toBe(true);
  });

  test("whatever the problem, a completed run has a finite state and an end at the end", () => {
    const nasty = [
      (_t: number, y: number, p: number) => y ** 2 * p,
      (_t: number, y: number, p: number) => Math.sqrt(y) * p,
      (t: number, _y: number, p: number) => 1 / (t - 0.5) + p,
      (_t: number, y: number, p: number) => Math.exp(p * y),
      (t: number, y: number, p: number) => (t > 0.7 ? Number.NaN : p * y),
      (_t: number, y: number, p: number) => 1e6 * (p - y),
      (_t: number, y: number, p: number) => Math.log(y + p),
      (_t: number, y: number) => Math.sign(-y) * 1e3,
    ];
    const draws = fc.record({
      kind: fc.nat(nasty.length - 1),
      p: fc.double({ min: -5, max: 5, noNaN: true }),
      start: fc.oneof(
        fc.double({ min: -10, max: 10, noNaN: true }),
        fc.constantFrom(0, 1e300, 1e-300, Number.NaN, Number.POSITIVE_INFINITY),
      ),
      method: fc.constantFrom(tsit5, dop853, rk4, euler),
    });
    fc.assert(
      fc.property(draws, ({ kind, p, start, method }) => {
        const flow = problem([start, 1], (t, y, out) => {
          out[0] = nasty[kind]!(t, y[0]!, p);
          out[1] = -y[1]!;
        });
        const bound = method.bind({});
        const stepping =
          bound.errorNorm === undefined ? fixed(0.01) : adaptive({ rtol: 1e-6, atol: 1e-8, maxSteps: 3000 });
        const { outcome, tEnd, yEnd } = solve(flow, bound, { span: [0, 1], steps: stepping });
        if (outcome.status === "completed") {
          expect(yEnd.every(Number.isFinite)).toBe(true);
          expect(tEnd).toBe(1);
        } else {
          expect(outcome.status).toBe("failed");
          expect(tEnd).toBeLessThan(1);
        }
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  test("cancel ends the run at the step it has reached, with what was recorded", () => {
    const cancel = { aborted: false };
    let seen = 0;
    const { outcome, tEnd, records } = solve(circle, rk4.bind({}), {
      span: [0, 1],
      steps: fixed(0.1),
      cancel,
      save: { path: { what: wholeState(2), when: [0, 0.2, 0.9] } },
      onProgress: () => {
        cancel.aborted = ++seen === 3;
      },
    });
    expect(outcome).toMatchObject({ status: "stopped", event: "cancelled", t: tEnd });
    expect(tEnd).toBeCloseTo(0.3, 14);
    expect(Array.from(records.path.t)).toEqual([0, 0.2, tEnd]);
  });
});

test("progress rises from 0 to 1", () => {
  for (const stepping of [tight, fixed(0.07), layers(13)]) {
    const fractions: number[] = [];
    solve(circle, dop853.bind({}), {
      span: [-1, 3],
      steps: stepping,
      onProgress: ({ fraction }) => fractions.push(fraction),
    });
    expect(fractions.every((value, k) => value > (fractions[k - 1] ?? 0) && value <= 1)).toBe(true);
    expect(fractions.at(-1)).toBe(1);
  }
});

test("a span must run forwards and be finite; steps must be positive", () => {
  for (const span of [
    [1, 0],
    [1, 1],
    [0, Number.POSITIVE_INFINITY],
    [Number.NaN, 1],
  ] as const) {
    expect(() => solve(circle, tsit5.bind({}), { span, steps: tight })).toThrow(InputError);
  }
  for (const bad of [
    () => fixed(0),
    () => fixed(Number.NaN),
    () => layers(1.5),
    () => layers(0),
    () => adaptive({ rtol: 0, atol: 1 }),
    () => adaptive({ rtol: 1e-17, atol: 1 }),
  ]) {
    expect(bad).toThrow(InputError);
  }
});

test("fixed steps end exactly at the span, layers are counted exactly", () => {
  for (const [stepping, count] of [
    [fixed(0.3), 4],
    [fixed(0.1), 10],
    [layers(7), 7],
    [fixed(5), 1],
  ] as const) {
    const { tEnd, stats } = solve(circle, rk4.bind({}), { span: [0, 1], steps: stepping });
    expect(tEnd).toBe(1);
    expect(stats.steps).toBe(count);
  }
});

test("the step generator can be paused: pulling with other runs in between gives the same steps", () => {
  const options = { span: [0, 3] as const, steps: adaptive({ rtol: 1e-6, atol: 1e-6 }) };
  const straight = Array.from(steps(circle, tsit5.bind({}), options), (step) => [step.t1, ...step.y]);
  const method = tsit5.bind({});
  const [one, two] = [steps(circle, method, options), steps(circle, method, options)];
  const pulled: number[][] = [];
  for (let next = one.next(); !next.done; next = one.next()) {
    pulled.push([next.value.t1, ...next.value.y]);
    two.next();
  }
  expect(pulled).toEqual(straight);
});
