import { expect, test } from "vitest";
import type { Problem } from "../../solve/index.js";
import { rememberDrift } from "./remembered-drift.js";

test("the drift is computed once at a state that was looked at, and anew at any other", () => {
  let count = 0;
  const inner: Problem = {
    y0: Float64Array.of(1, 2),
    layout: {},
    drift(t, y, out) {
      count++;
      for (let i = 0; i < y.length; i++) out[i] = t * y[i]!;
    },
  };
  const { problem, driftAt } = rememberDrift(inner);
  const out = new Float64Array(2);
  const at = (t: number, ...y: number[]) => {
    problem.drift(t, Float64Array.from(y), out);
    return [...out, count];
  };
  expect(at(2, 1, 2)).toEqual([2, 4, 1]);
  const looked = Float64Array.of(3, 4);
  driftAt(2, looked, out);
  looked.fill(9);
  expect(at(2, 3, 4)).toEqual([6, 8, 2]);
  expect(at(2, 3, 5)).toEqual([6, 10, 3]);
  expect(at(1, 3, 4)).toEqual([3, 4, 4]);
  // What was looked at is still known.
  expect(at(2, 3, 4)).toEqual([6, 8, 4]);
});
