import { expect, test } from "vitest";
import { frameRoot } from "./frame-root.js";

test.each([
  [1, 0, 1],
  [2, 0, 0.3],
  [0.3, 0, 2],
  [1, 0.4, 1],
  [1, -0.4, 1],
  [0.5, 0.6, 3],
  [3, -0.9, 0.5],
])("S = Q√Λ of [[%d, %d], [·, %d]]: SSᵀ is it, SᵀS is diagonal, and S is as near to diagonal as can be", (a, b, c) => {
  const s = new Float64Array(4);
  frameRoot(Float64Array.of(a, b, b, c), 2, s);
  const product = [s[0]! ** 2 + s[1]! ** 2, s[0]! * s[2]! + s[1]! * s[3]!, s[2]! ** 2 + s[3]! ** 2];
  // A few roundings of numbers of size three.
  for (const [k, wanted] of [a, b, c].entries()) expect(Math.abs(product[k]! - wanted)).toBeLessThan(5e-15);
  expect(Math.abs(s[0]! * s[1]! + s[2]! * s[3]!)).toBeLessThan(5e-15);
  expect(s[0]! > 0 && s[3]! > 0).toBe(true);
  if (b === 0) expect(Math.abs(s[1]!) + Math.abs(s[2]!)).toBe(0);
});

test("a law on the line, and one on a line in the plane", () => {
  const one = new Float64Array(1);
  frameRoot(Float64Array.of(4), 1, one);
  expect(one[0]).toBe(2);
  const s = new Float64Array(4);
  frameRoot(Float64Array.of(1, 1, 1, 1), 2, s);
  for (const value of s) expect(Number.isFinite(value)).toBe(true);
});
