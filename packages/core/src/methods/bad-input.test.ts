import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { membersOf } from "../../test/helpers/family.js";
import { InputError } from "../foundation/errors/index.js";
import {
  adaptive,
  type Diffusion,
  fixed,
  layers,
  logTime,
  type Method,
  type MethodPlugin,
  type Problem,
  type Stepping,
  solve,
  sundman,
  type TimeChange,
} from "../solve/index.js";

const members = membersOf<MethodPlugin>(import.meta.glob("./*/index.ts", { eager: true }));
const methods = members.map(({ folder, plugin }) => ({ folder, method: plugin.bind(plugin.params.parse({})) }));

const problem = (y0: number[], drift: Problem["drift"], diffusion?: Diffusion): Problem => ({
  y0: Float64Array.from(y0),
  layout: { y: { offset: 0, shape: [y0.length] } },
  drift,
  ...(diffusion && { diffusion }),
});

const stepsFor = (method: Method, maxSteps: number): Stepping =>
  method.errorNorm === undefined ? fixed(0.01) : adaptive({ rtol: 1e-6, atol: 1e-8, maxSteps });

const nasty: readonly ((t: number, y: number, p: number) => number)[] = [
  (_t, y, p) => y ** 2 * p,
  (_t, y, p) => Math.sqrt(y) * p,
  (t, _y, p) => 1 / (t - 0.5) + p,
  (_t, y, p) => Math.exp(p * y),
  (t, y, p) => (t > 0.7 ? Number.NaN : p * y),
  (_t, y, p) => 1e6 * (p - y),
  (_t, y, p) => -1e12 * (y - p) ** 3,
  (_t, y, p) => Math.log(y + p),
  (_t, y) => Math.sign(-y) * 1e3,
  (t, y, p) => 1e200 * Math.sin(1e5 * t) * y + p,
];

const starts = fc.oneof(
  fc.double({ min: -10, max: 10, noNaN: true }),
  fc.constantFrom(0, 1e300, 1e-300, Number.NaN, Number.POSITIVE_INFINITY),
);

describe.each(methods)("$folder", ({ method }) => {
  const noise = method.traits?.noise;
  const changes: (TimeChange | undefined)[] =
    method.errorNorm === undefined ? [undefined] : [undefined, logTime(0.1), sundman({ offset: 0, size: 1 })];

  test("whatever the problem, a completed run is finite and ends at the end, any other ends before", () => {
    const draws = fc.record({
      kind: fc.nat(nasty.length - 1),
      p: fc.double({ min: -5, max: 5, noNaN: true }),
      start: starts,
      noisy: fc.boolean(),
      time: fc.constantFrom(...changes),
    });
    fc.assert(
      fc.property(draws, ({ kind, p, start, noisy, time }) => {
        const diffusion: Diffusion | undefined =
          noisy && noise
            ? {
                noiseDimension: 1,
                kind: "general",
                calculus: noise.calculus,
                apply: (t, y, dW, out) => {
                  out[0] = nasty[kind]!(t, y[0]!, p) * dW[0]!;
                  out[1] = y[1]! * dW[0]!;
                },
              }
            : undefined;
        const flow = problem(
          [start, 1],
          (t, y, out) => {
            out[0] = nasty[kind]!(t, y[0]!, p);
            out[1] = -y[1]!;
          },
          diffusion,
        );
        const options = { span: [0, 1] as const, steps: stepsFor(method, 500), ...(time && { time }) };
        const { outcome, tEnd, yEnd } = solve(flow, method, options);
        if (outcome.status === "completed") {
          expect(yEnd.every(Number.isFinite)).toBe(true);
          expect(tEnd).toBe(1);
        } else {
          expect(outcome.status).toBe("failed");
          expect(tEnd).toBeLessThan(1);
        }
      }),
      { numRuns: 100, seed: 7 },
    );
  });

  test("an empty state is carried to the end", () => {
    const { outcome, tEnd, yEnd } = solve(
      problem([], () => {}),
      method,
      { span: [0, 1], steps: stepsFor(method, 1000) },
    );
    expect(outcome).toEqual({ status: "completed" });
    expect(tEnd).toBe(1);
    expect(yEnd).toHaveLength(0);
  });

  test("spans that do not run forwards are refused, for every kind of steps", () => {
    const line = problem([1], (_t, _y, out) => out.fill(1));
    for (const span of [
      [1, 0],
      [0, 0],
      [0, Number.POSITIVE_INFINITY],
      [Number.NaN, 1],
    ] as const) {
      for (const steps of [layers(3), fixed(0.1), stepsFor(method, 10)]) {
        expect(() => solve(line, method, { span, steps })).toThrow(InputError);
      }
    }
  });

  test("maxSteps ends a run with too-many-steps where it stood", () => {
    if (method.errorNorm === undefined) return;
    const circle = problem([1, 0], (_t, y, out) => {
      out[0] = 50 * y[1]!;
      out[1] = -50 * y[0]!;
    });
    for (const time of changes) {
      const options = { span: [0, 10] as const, steps: stepsFor(method, 7), ...(time && { time }) };
      const { outcome, stats } = solve(circle, method, options);
      expect(outcome).toMatchObject({ status: "failed", code: "too-many-steps" });
      expect(stats.steps).toBe(7);
    }
  });
});

test("tolerances and maxSteps must be positive", () => {
  for (const bad of [
    { rtol: 0, atol: 1 },
    { rtol: -1e-6, atol: 1 },
    { rtol: 1e-6, atol: 0 },
    { rtol: 1e-6, atol: -1 },
    { rtol: Number.NaN, atol: 1 },
    { rtol: 1e-6, atol: Number.POSITIVE_INFINITY },
    { rtol: 1e-6, atol: 1e-6, maxSteps: 0 },
    { rtol: 1e-6, atol: 1e-6, maxSteps: 2.5 },
    { rtol: 1e-6, atol: 1e-6, maxSteps: Number.NaN },
  ]) {
    expect(() => adaptive(bad)).toThrow(InputError);
  }
});
