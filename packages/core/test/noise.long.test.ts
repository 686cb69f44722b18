import { expect, test } from "vitest";
import { ensemble, measuredCriticalNoise } from "./helpers/critical-noise.js";
import { logSlope } from "./helpers/slope.js";

test("500 × 64 tokens: the growth of the first mode crosses zero at e, to 5 %", () => {
  const { kappa, error } = measuredCriticalNoise(64, 500);
  expect(Math.abs(kappa - Math.E)).toBeLessThan(3 * error);
  expect(3 * error).toBeLessThan(0.15);
});

test("below κ_c the mean of n tokens is a fluctuation: |m| like n^{−½}", () => {
  const sizes = [16, 64, 256];
  const found = sizes.map((n) => ensemble(0.5 * Math.E, n, 1, n === 256 ? 60 : 200));
  const slope = logSlope(
    sizes,
    found.map(({ mean }) => Math.sqrt(mean)),
  );
  // Errors of |m|² of relative size .82/√repeats, 10 % at most: .02 in the slope over a factor 16, four of them.
  expect(Math.abs(slope + 0.5)).toBeLessThan(0.08);
});
