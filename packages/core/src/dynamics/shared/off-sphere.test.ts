import { expect, test } from "vitest";
import { createReferenceBackend } from "../../foundation/backend/index.js";
import { uniformSphere } from "../../foundation/random/index.js";
import { tokens } from "../../foundation/shapes/index.js";
import { euclidean } from "../../geometry/euclidean/index.js";
import { sphere } from "../../geometry/sphere/index.js";
import { dop853 } from "../../methods/dop853/index.js";
import { heunStratonovich } from "../../methods/heun-stratonovich/index.js";
import { rk4 } from "../../methods/rk4/index.js";
import { tsit5 } from "../../methods/tsit5/index.js";
import { fixed, type Problem, solve } from "../../solve/index.js";
import { offSphere } from "./off-sphere.js";

const [n, d] = [12, 3];
const identity = Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? 1 : 0));
const kernel = {
  weight: "exponential",
  normalisation: "partition",
  heads: [{ beta: 4, queryKey: identity, value: identity }],
} as const;
const dense = { dense: true, logWeight: () => 0 };
const start = uniformSphere(n, d, 3);

/** Softmax particles on S², β = 4. */
function particles(): Problem {
  const backend = createReferenceBackend();
  const { feet, finish } = offSphere(sphere, n, d);
  return {
    y0: start,
    layout: { x: { offset: 0, shape: [n, d] } },
    drift(_t, y, out) {
      const cloud = tokens(feet(y), n, d);
      backend.field(kernel, cloud, cloud, dense, { field: out });
      finish(y, out);
    },
    retract: (y) => sphere.retract(y, n, d),
  };
}

const stateAfter = (method: typeof rk4 | typeof dop853, count: number) =>
  solve(particles(), method.bind({}), { span: [0, 1], steps: fixed(1 / count) }).yEnd;

test("each token may have its own length: directions move as on the sphere and lengths stay", () => {
  const { drift } = particles();
  const [onSphere, field] = [new Float64Array(n * d), new Float64Array(n * d)];
  drift(0, start, onSphere);
  const scaled = start.map((value, k) => value * (0.5 + Math.floor(k / d)));
  drift(0, scaled, field);
  for (let i = 0; i < n; i++) {
    let radial = 0;
    for (let k = i * d; k < (i + 1) * d; k++) {
      // A few roundings of a field of length at most 1.
      expect(Math.abs(field[k]! / (0.5 + i) - onSphere[k]!)).toBeLessThan(1e-14);
      radial += scaled[k]! * field[k]!;
    }
    // Relative to |y|² ≤ 11.5².
    expect(Math.abs(radial)).toBeLessThan(1e-13 * 11.5 ** 2);
  }
});

test("methods keep their orders, though their stages are off the sphere", () => {
  const exact = stateAfter(dop853, 100);
  const errorAfter = (method: typeof rk4, count: number) =>
    Math.max(...stateAfter(method, count).map((value, k) => Math.abs(value - exact[k]!)));
  for (const { method, order, counts } of [
    { method: heunStratonovich, order: 2, counts: [40, 80] },
    { method: rk4, order: 4, counts: [20, 40] },
    { method: tsit5, order: 5, counts: [10, 20] },
    { method: dop853, order: 8, counts: [2, 4] },
  ] as const) {
    const [coarse, fine] = counts.map((count) => errorAfter(method, count));
    const measured = Math.log2(coarse! / fine!);
    console.info(`${method.name} on the sphere: order ${measured.toFixed(2)}, errors ${coarse} and ${fine}`);
    // Higher orders still count for a quarter of an order at these steps, for more at the two and four of dop853.
    expect(measured).toBeGreaterThan(order - (order > 5 ? 1 : 0.25));
  }
});

test("R^d needs none: the state itself, and the field untouched", () => {
  const { feet, finish } = offSphere(euclidean, n, d);
  const y = start.map((value) => 2 * value);
  expect(feet(y)).toBe(y);
  const field = y.slice();
  finish(y, field);
  expect(field).toEqual(y);
});
