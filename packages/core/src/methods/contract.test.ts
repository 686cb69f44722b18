import { describe, expect, test } from "vitest";
import { expectCatalog, expectSelfDescribing, membersOf } from "../../test/helpers/family.js";
import { asymptoticOrder, distanceMax, logSlope, rms } from "../../test/helpers/slope.js";
import { sphere } from "../geometry/sphere/index.js";
import { adaptive, fixed, type Method, type MethodPlugin, type Problem, solve, wholeState } from "../solve/index.js";
import { methodsCatalog } from "./catalog.js";
import { dop853 } from "./dop853/index.js";

const members = membersOf<MethodPlugin>(import.meta.glob("./*/index.ts", { eager: true }));

/** ẏ of a forced line, a logistic pair and a pendulum: smooth, nonlinear, depends on t, no component stands out. */
const smooth: Problem = {
  y0: Float64Array.of(1, 1, 0.1, 1.5, 0),
  layout: { y: { offset: 0, shape: [5] } },
  drift(t, y, out) {
    out[0] = y[0]! * Math.cos(t);
    out[1] = y[1]! * (1 - y[2]!);
    out[2] = 2 * y[2]! * (1 - y[2]!);
    out[3] = y[4]!;
    out[4] = -Math.sin(y[3]!);
  },
};

/** A turning flow on S², integrated in the ambient space and retracted after each step. */
const onSphere: Problem = {
  y0: Float64Array.of(0.36, 0.48, 0.8),
  layout: { x: { offset: 0, shape: [1, 3] } },
  drift(_t, y, out) {
    out[0] = -y[1]! * (1 + y[2]!);
    out[1] = y[0]! * (1 + y[2]!) + 0.5 * y[2]!;
    out[2] = -0.5 * y[1]!;
    sphere.tangent(y, out, 1, 3);
  },
  retract: (y) => sphere.retract(y, 1, 3),
};

const horizon = 4;

/**
 * Step counts for T = 4: the coarsest where the expansion in h has begun, the finest where the error is still some ten
 * times the rounding of the run (1e-14). They follow from the order alone, so a new method needs no entry here.
 */
function countsOf(order: number): number[] {
  if (order <= 5) return [64, 128, 192, 256];
  return [16, 20, 24, 28, 32];
}

function statesOf(method: Method, problem: Problem, count: number, when: readonly number[]): Float64Array {
  const save = { y: { what: wholeState(problem.y0.length), when } };
  return solve(problem, method, { span: [0, horizon], steps: fixed(horizon / count), save }).records.y.value.data;
}

/** At 480 steps the error of order 8, of its dense output too, is far below the rounding. */
const finest = (problem: Problem, when: readonly number[]) => statesOf(dop853.bind({}), problem, 480, when);

/** Four times, so that no accidental zero of the error at one of them decides a slope. */
const ends = [1, 2, 3, 4];

function errorsOf(method: Method, problem: Problem, counts: readonly number[]): number[] {
  const exact = finest(problem, ends);
  return counts.map((count) =>
    Math.hypot(...statesOf(method, problem, count, ends).map((value, i) => value - exact[i]!)),
  );
}

/** RMS error at nine places inside each step. */
function denseErrors(method: Method, problem: Problem, counts: readonly number[]): number[] {
  return counts.map((count) => {
    const inside = Array.from({ length: 10 * count }, (_, k) => (horizon * k) / (10 * count)).filter(
      (_, k) => k % 10 !== 0,
    );
    const exact = finest(problem, inside);
    return rms(Array.from(statesOf(method, problem, count, inside), (value, i) => value - exact[i]!));
  });
}

test("the catalog holds exactly the folders", () => expectCatalog(methodsCatalog, members));

describe.each(members)("method $folder", (member) => {
  const method = member.plugin.bind(member.plugin.params.parse({}));
  const counts = countsOf(method.order);
  const steps = counts.map((count) => 1 / count);

  test("says what it is", () => {
    expectSelfDescribing(member);
    expect(method.name).toBe(member.folder);
    expect(method.traits).toEqual(member.plugin.traits);
  });

  test("has the declared order on a smooth nonlinear problem", () => {
    const order = asymptoticOrder(steps, errorsOf(method, smooth, counts));
    expect(Math.abs(order - method.order)).toBeLessThan(0.1);
  });

  test("keeps the order under a retraction, and its states on the sphere", () => {
    const order = asymptoticOrder(steps, errorsOf(method, onSphere, counts));

    expect(Math.abs(order - method.order)).toBeLessThan(0.1);
    const { yEnd } = solve(onSphere, method, { span: [0, 2], steps: fixed(0.1) });
    // One rounding of the division by the length.
    expect(Math.abs(Math.hypot(...yEnd) - 1)).toBeLessThan(4 * Number.EPSILON);
  });

  test("has the declared order between steps", () => {
    const denseSlope = asymptoticOrder(steps, denseErrors(method, onSphere, counts));
    expect(Math.abs(denseSlope - method.denseOrder)).toBeLessThan(0.15);
  });

  test("integrates t^k exactly for k below its order, so its quadrature has that degree", () => {
    const degree = method.order;
    const polynomial: Problem = {
      y0: new Float64Array(degree),
      layout: { y: { offset: 0, shape: [degree] } },
      drift: (t, _y, out) => {
        for (let k = 0; k < degree; k++) out[k] = (k + 1) * t ** k;
      },
    };
    const { yEnd } = solve(polynomial, method, { span: [0, 1.5], steps: fixed(0.5) });
    // A dozen products of numbers up to 1.5^8 = 26, coefficients to 15 digits; differences in time keep ten of them.
    const bound = method.traits?.jacobian === "finite-differences" ? 1e-9 : 2e-13;
    yEnd.forEach((value, k) => {
      expect(Math.abs(value - 1.5 ** (k + 1))).toBeLessThan(bound);
    });
  });

  test("keeps the order across jumps of the drift", () => {
    // ẏ = −r y with r = 1, 3, 0.5 on [0, 0.5), [0.5, 1.3), [1.3, 2]: jumps that no equal grid hits.
    const rates = [1, 3, 0.5];
    const jumps = [0.5, 1.3];
    const problem: Problem = {
      y0: Float64Array.of(1),
      layout: { y: { offset: 0, shape: [1] } },
      breakpoints: jumps,
      drift: (t, y, out) => {
        out[0] = -rates[jumps.filter((jump) => jump <= t).length]! * y[0]!;
      },
    };
    const exact = Float64Array.of(Math.exp(-0.5 - 3 * 0.8 - 0.5 * 0.7));
    // Steps are counted anew on each piece, so only the whole-number ratios below keep h proportional everywhere.
    const whole = method.order <= 5 ? [40, 80, 160] : [20, 40];
    const errors = whole.map((count) =>
      distanceMax(solve(problem, method, { span: [0, 2], steps: fixed(2 / count) }).yEnd, exact),
    );
    const slope = logSlope(
      whole.map((count) => 1 / count),
      errors,
    );
    // Order 8 leaves two sizes above the rounding, where the next term of the expansion is still a few per cent.
    expect(slope).toBeGreaterThan(method.order - 0.2);
  });

  test("keeps the order across jumps late in a long span", () => {
    const start = 1000;
    const jumps = [start + 0.5, start + 0.75];
    const problem: Problem = {
      y0: Float64Array.of(1),
      layout: { y: { offset: 0, shape: [1] } },
      breakpoints: jumps,
      // Like a schedule: right-continuous up to one part in 10¹² of t.
      drift: (t, y, out) => {
        out[0] = (jumps.filter((jump) => jump <= t + 1e-12 * t).length === 1 ? -2 : 1) * y[0]!;
      },
    };
    const { yEnd } = solve(problem, method, { span: [start, start + 1], steps: fixed(0.01) });
    // e^{0.5 − 0.5 + 0.25}; the method's own error at h = 0.01 is about h^order.
    const bound = Math.max(2 * 0.01 ** method.order, 1e-9);
    expect(Math.abs(yEnd[0]! - Math.exp(0.25))).toBeLessThan(method.order === 1 ? 0.02 : bound);
  });

  test("chooses steps that meet a tolerance, or declines to", () => {
    if (method.errorNorm === undefined) {
      expect(() => solve(smooth, method, { span: [0, 2], steps: adaptive({ rtol: 1e-6, atol: 1e-6 }) })).toThrow(
        /no error estimate/,
      );
      return;
    }
    for (const tolerance of [1e-4, 1e-6, 1e-8, 1e-10]) {
      for (const problem of [smooth, onSphere]) {
        const { yEnd, outcome } = solve(problem, method, {
          span: [0, horizon],
          steps: adaptive({ rtol: tolerance, atol: tolerance }),
        });
        expect(outcome.status).toBe("completed");
        // The tolerance bounds each step; ten of them may add up, and the flows do not contract.
        expect(distanceMax(yEnd, finest(problem, [horizon]))).toBeLessThan(20 * tolerance);
      }
    }
  });

  test("takes a fast relaxation in few steps, if it says that it is stiff", () => {
    if (method.traits?.stiff !== true) return;
    // ẏ = −10⁶(y − cos t) − sin t: y = cos t; an explicit method needs 10⁶/3 steps a unit of time.
    const relaxing: Problem = {
      y0: Float64Array.of(1),
      layout: { y: { offset: 0, shape: [1] } },
      drift: (t, y, out) => {
        out[0] = -1e6 * (y[0]! - Math.cos(t)) - Math.sin(t);
      },
    };
    const { yEnd, stats } = solve(relaxing, method, {
      span: [0, horizon],
      steps: adaptive({ rtol: 1e-6, atol: 1e-8 }),
    });
    expect(Math.abs(yEnd[0]! - Math.cos(horizon))).toBeLessThan(1e-5);
    expect(stats.steps).toBeLessThan(500);
  });

  test("advances stacked problems bit for bit as each alone, if it says that it is componentwise", () => {
    if (method.traits?.componentwise !== true) return;
    const starts = [onSphere.y0, Float64Array.of(0.6, 0, -0.8), Float64Array.of(0, -1, 0)];
    const parts = (y: Float64Array) => starts.map((_, k) => y.subarray(3 * k, 3 * k + 3));
    const stacked: Problem = {
      y0: Float64Array.from(starts.flatMap((start) => Array.from(start))),
      layout: { x: { offset: 0, shape: [3, 3] } },
      drift: (t, y, out) => {
        const outs = parts(out);
        parts(y).forEach((x, k) => {
          onSphere.drift(t, x, outs[k]!);
        });
      },
      retract: (y) => sphere.retract(y, 3, 3),
    };
    const when = [0.13, 1, 2];
    const together = statesOf(method, stacked, 30, when);
    const alone = starts.map((y0) => statesOf(method, { ...onSphere, y0 }, 30, when));
    for (const k of [0, 1, 2]) {
      for (const j of [0, 1, 2]) {
        expect(together.subarray(9 * j + 3 * k, 9 * j + 3 * k + 3)).toEqual(alone[k]!.subarray(3 * j, 3 * j + 3));
      }
    }
  });

  test("counts every call of the drift", () => {
    let calls = 0;
    const counted: Problem = {
      ...smooth,
      drift: (t, y, out) => {
        calls++;
        smooth.drift(t, y, out);
      },
    };
    const stepping = method.errorNorm === undefined ? fixed(0.1) : adaptive({ rtol: 1e-6, atol: 1e-6 });
    const what = wholeState(5);
    const { stats } = solve(counted, method, {
      span: [0, 2],
      steps: stepping,
      save: { y: { what, when: [0.123, 0.5, 1.77] } },
      events: [{ name: "one", direction: "both", terminal: false, g: (_t, y) => y[4]! }],
    });
    expect(stats.evaluations).toBe(calls);
  });

  test("does not change the state it starts from, and one scratch does not leak into another run", () => {
    const before = smooth.y0.slice();
    const run = () => solve(smooth, method, { span: [0, 2], steps: fixed(0.1) }).yEnd;
    const [first, second] = [run(), run()];
    expect(smooth.y0).toEqual(before);
    expect(second).toEqual(first);
  });
});
