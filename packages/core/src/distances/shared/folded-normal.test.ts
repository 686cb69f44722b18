import { expect, test } from "vitest";
import { normalPdf } from "../../foundation/special-functions/index.js";
import { foldedNormalMean } from "./folded-normal.js";

test("E|N(δ, s²)| by Simpson's rule on either side of its kink", () => {
  const half = (from: number, to: number, mean: number, s: number): number => {
    const nodes = 4000;
    const h = (to - from) / nodes;
    let sum = 0;
    for (let k = 0; k <= nodes; k++) {
      const z = from + k * h;
      const weight = k === 0 || k === nodes ? 1 : k % 2 === 1 ? 4 : 2;
      sum += ((weight * h) / 3) * Math.abs(mean + s * z) * normalPdf(z);
    }
    return sum;
  };
  for (const [mean, s] of [
    [0, 1],
    [0.3, 2],
    [-1.5, 0.5],
    [4, 1],
  ] as const) {
    const kink = -mean / s;
    // h⁴ with h < 0.006, and the tails beyond 12 standard deviations.
    const reference = half(-12, kink, mean, s) + half(kink, 12, mean, s);
    expect(Math.abs(foldedNormalMean(mean, s) - reference)).toBeLessThan(1e-11);
  }
});

test("no spread: |δ|; no shift: s(2/π)^½", () => {
  expect(foldedNormalMean(-3, 0)).toBe(3);
  expect(foldedNormalMean(3, 1e-320)).toBe(3);
  expect(foldedNormalMean(0, 0)).toBe(0);
  expect(foldedNormalMean(0, 2)).toBeCloseTo(2 * Math.sqrt(2 / Math.PI), 14);
});
