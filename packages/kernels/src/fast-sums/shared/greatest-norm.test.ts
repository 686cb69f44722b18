import { expect, test } from "vitest";
import { greatestNorm } from "./greatest-norm.js";

test.each([5e-324, 1e-310, 1e-170, 1e-100, 1, 1e100, 1e154, 4e306])("3, 4 and 12 times %d have the norm 13", (unit) => {
  const points = Float64Array.of(0, unit, 0, 3 * unit, 4 * unit, 12 * unit);
  // Roundings of the products above, of three squares and a root; multiples of the least number are exact.
  expect(Math.abs(greatestNorm(points, 2, 3) / (13 * unit) - 1)).toBeLessThan(1e-15);
});

test("nothing, NaN and ∞ are what they are", () => {
  expect(greatestNorm(new Float64Array(4), 2, 2)).toBe(0);
  expect(greatestNorm(Float64Array.of(1, Number.NaN, 3, 4), 2, 2)).toBeNaN();
  expect(greatestNorm(Float64Array.of(1, 2, Number.NEGATIVE_INFINITY, 4), 2, 2)).toBe(Number.POSITIVE_INFINITY);
});
