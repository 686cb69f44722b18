import { describe, expect, test } from "vitest";
import { logSlope } from "../../test/helpers/slope.js";
import { dop853 } from "../methods/dop853/index.js";
import { adaptive, fixed, type Problem, solve, sphereExponential, wholeState } from "./index.js";

const [n, d] = [5, 3];

/** Five points on S² that attract each other and turn with t, written with tangential fields; and a free number. */
const flow: Problem = {
  y0: Float64Array.from([0.25, ...start()]),
  layout: {},
  drift(t, y, out) {
    out[0] = -y[0]! * y[1]!;
    for (let i = 0; i < n; i++) {
      const row = 1 + i * d;
      const v = [0, 0, 0];
      for (let j = 0; j < n; j++) {
        let inner = 0;
        for (let a = 0; a < d; a++) inner += y[row + a]! * y[1 + j * d + a]!;
        for (let a = 0; a < d; a++) v[a]! += (Math.exp(inner) * y[1 + j * d + a]!) / n;
      }
      v[0]! += Math.cos(t);
      v[2]! -= 0.8 * y[row + 1]!;
      let along = 0;
      for (let a = 0; a < d; a++) along += v[a]! * y[row + a]!;
      for (let a = 0; a < d; a++) out[row + a] = v[a]! - along * y[row + a]!;
    }
  },
};

function start(): number[] {
  return Array.from({ length: n }, (_, i) => {
    const raw = [Math.sin(3 * i + 1), Math.cos(5 * i), Math.sin(7 * i + 2)];
    const length = Math.hypot(...raw);
    return raw.map((value) => value / length);
  }).flat();
}

const block = { offset: 1, n, d };
const exact = solve(flow, dop853.bind({}), { span: [0, 2], steps: adaptive({ rtol: 1e-13, atol: 1e-13 }) }).yEnd;

describe.each([1, 2] as const)("order %i", (order) => {
  test("is the measured one, for the points and for the rest of the state", () => {
    const counts = [40, 80, 160, 320];
    const ends = counts.map((count) =>
      solve(flow, sphereExponential(block, order), { span: [0, 2], steps: fixed(2 / count) }),
    );
    for (const part of [(y: Float64Array) => y.slice(0, 1), (y: Float64Array) => y.slice(1)]) {
      const errors = ends.map(({ yEnd }) => Math.hypot(...part(yEnd).map((value, k) => value - part(exact)[k]!)));
      const slope = logSlope(
        counts.map((count) => 1 / count),
        errors,
      );
      // The next term of the expansion is some per cent at 40 steps.
      expect(Math.abs(slope - order)).toBeLessThan(0.1);
    }
  });
});

test("a geodesic is exact in one step: x turns at constant speed", () => {
  const turning: Problem = {
    y0: Float64Array.of(1, 0, 0),
    layout: {},
    drift: (_t, y, out) => {
      out[0] = -2 * y[1]!;
      out[1] = 2 * y[0]!;
      out[2] = 0;
    },
  };
  for (const order of [1, 2] as const) {
    const { yEnd } = solve(turning, sphereExponential({ offset: 0, n: 1, d: 3 }, order), {
      span: [0, 1],
      steps: fixed(1),
    });
    expect(Math.abs(yEnd[0]! - Math.cos(2))).toBeLessThan(1e-15);
    expect(Math.abs(yEnd[1]! - Math.sin(2))).toBeLessThan(1e-15);
  }
});

test("the length stays 1 to 1e-13 over 10^5 steps, between steps too", () => {
  const { yEnd, records } = solve(flow, sphereExponential(block), {
    span: [0, 1000],
    steps: fixed(0.01),
    save: { y: { what: wholeState(1 + n * d), when: [333.3333, 700.005] } },
  });
  const lengths = (y: Float64Array) =>
    Array.from({ length: n }, (_, i) => Math.hypot(...y.slice(1 + i * d, 1 + i * d + d)));
  for (const y of [yEnd, records.y.value.data.slice(0, 1 + n * d), records.y.value.data.slice(1 + n * d)]) {
    for (const length of lengths(y)) expect(Math.abs(length - 1)).toBeLessThan(1e-13);
  }
});

test("a point at rest stays", () => {
  const rest: Problem = { y0: Float64Array.of(0, 1), layout: {}, drift: (_t, _y, out) => out.fill(0) };
  const { yEnd } = solve(rest, sphereExponential({ offset: 0, n: 1, d: 2 }), { span: [0, 1], steps: fixed(0.1) });
  expect(Array.from(yEnd)).toEqual([0, 1]);
});
