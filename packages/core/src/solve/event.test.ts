import fc from "fast-check";
import { expect, test } from "vitest";
import { crosses, findCrossing } from "./event.js";

const locate = (g: (t: number) => number, a: number, b: number) => findCrossing(g, a, b, g(a), g(b));

test("roots to a few ulp, whatever the shape", () => {
  const cases: [(t: number) => number, number, number, number][] = [
    [Math.cos, 1, 2, Math.PI / 2],
    [(t) => t ** 9, -1, 1.5, 0],
    [(t) => Math.expm1(40 * (t - 0.3)), 0, 1, 0.3],
    [(t) => (t < 0.7 ? -1 : 1), 0, 1, 0.7],
    [(t) => 1e-300 * (t - 0.25), 0, 1, 0.25],
    [(t) => Math.tanh(0.01 * (t + 2.5e-323)) + 0.1 * (t + 2.5e-323), -1.3, 0.4, 0],
  ];
  for (const [g, a, b, root] of cases) {
    const { t, bracket } = locate(g, a, b);
    // t^9 is flat: the bracket, not g, decides, so the same few ulp of the interval hold for all.
    expect(Math.abs(t - root)).toBeLessThanOrEqual(bracket + 8 * Number.EPSILON * Math.max(1, Math.abs(b)));
    expect(bracket).toBeLessThanOrEqual(4 * Number.EPSILON * Math.max(Math.abs(a), Math.abs(b)));
  }
});

test("a zero at the far end is the crossing, in both directions", () => {
  expect(locate((t) => t - 1, 0, 1)).toEqual({ t: 1, bracket: 0 });
  expect(locate((t) => 1 - t, 0, 1)).toEqual({ t: 1, bracket: 0 });
});

test("the root lies in the interval and the sign changes there", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -5, max: 5, noNaN: true }),
      fc.double({ min: 0.01, max: 30, noNaN: true }),
      (root, steep) => {
        const g = (t: number) => Math.tanh(steep * (t - root)) + 0.1 * (t - root);
        const { t } = locate(g, root - 1.3, root + 0.4);
        expect(Math.abs(t - root)).toBeLessThan(1e-13);
      },
    ),
  );
});

test("directions", () => {
  expect([crosses("up", -1, 1), crosses("down", -1, 1), crosses("both", -1, 1)]).toEqual([true, false, true]);
  expect([crosses("up", 1, -1), crosses("down", 1, -1), crosses("both", 1, -1)]).toEqual([false, true, true]);
  expect([crosses("up", -1, 0), crosses("up", 0, 1), crosses("down", 0, -1)]).toEqual([true, false, false]);
});
