import { expect, test } from "vitest";
import type { Problem } from "../../solve/index.js";
import { differenceInTime, differenceJacobian, spectralBound } from "./jacobian.js";

const drift: Problem["drift"] = (t, y, out) => {
  out[0] = Math.sin(y[0]!) * y[1]! + t ** 3;
  out[1] = 3e7 * y[2]! ** 2;
  out[2] = Math.exp(y[0]! - y[1]!);
};
const y = Float64Array.of(0.7, -1.2, 1e-12);
const problem: Problem = { y0: y, layout: {}, drift };
const array = () => new Float64Array(3);

test("the Jacobian to ten digits, and exactly for squares of tiny components", () => {
  const out = new Float64Array(9);
  const shifted = { state: array(), rate: array(), back: array() };
  expect(differenceJacobian(problem, 2, y, shifted, out)).toBe(6);
  const e = Math.exp(1.9);
  const exact = [Math.cos(0.7) * -1.2, Math.sin(0.7), 0, 0, 0, 6e-5, e, -e, 0];
  // Rounding eps/∛eps and the third derivative times (∛eps)²: a few 10⁻¹¹ each; 8 for t³ in the first row.
  exact.forEach((value, k) => {
    expect(Math.abs(out[k]! - value)).toBeLessThan(k < 3 ? 4e-10 : 2e-9 * Math.max(Math.abs(value), 1e-5));
  });
});

test("the time derivative asks nothing before t, and notices an autonomous drift", () => {
  const times: number[] = [];
  const asked: Problem = {
    ...problem,
    drift: (t, state, out) => {
      times.push(t);
      drift(t, state, out);
    },
  };
  const [rate, out, shifted] = [array(), array(), { rate: array() }];
  drift(2, y, rate);
  expect(differenceInTime(asked, 2, 1e-5, y, rate, shifted, out)).toBe(2);
  expect(Math.min(...times)).toBeGreaterThan(2);
  // δ²·f'''/3 = 2·10⁻¹⁰, rounding 8·eps/δ.
  expect(Math.abs(out[0]! - 12)).toBeLessThan(3e-9);
  const still: Problem = { ...problem, drift: (_t, state, into) => drift(0, state, into) };
  still.drift(2, y, rate);
  expect(differenceInTime(still, 2, 1e-5, y, rate, shifted, out)).toBe(1);
  expect(Array.from(out)).toEqual([0, 0, 0]);
});

test("the bound is above the spectral radius and sharp for diagonal matrices", () => {
  expect(spectralBound(Float64Array.of(-3, 0, 0, 2), 2)).toBe(3);
  // Eigenvalues ±√2.
  expect(spectralBound(Float64Array.of(0, 1, 2, 0), 2)).toBeGreaterThanOrEqual(Math.SQRT2);
});
