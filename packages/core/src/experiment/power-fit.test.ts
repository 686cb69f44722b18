import { expect, test } from "vitest";
import { stream } from "../foundation/random/index.js";
import { powerFit } from "./power-fit.js";

test("an exact power law has its exponent and no error", () => {
  const x = [4, 16, 64];
  const { slope, slopeError, fitted, error } = powerFit(x, [x.map((n) => 3 * n ** -0.5)]);
  // Rounding of a few logarithms.
  expect(slope).toBeCloseTo(-0.5, 14);
  expect(slopeError).toBeLessThan(1e-14);
  expect(error).toEqual([0, 0, 0]);
  fitted.forEach((value, k) => {
    expect(value).toBeCloseTo(3 * x[k]! ** -0.5, 13);
  });
});

test("what is no power law has the error of the misfit", () => {
  const x = [1, 10, 100];
  const { slope, slopeError } = powerFit(x, [[1, 1, 0.01]]);
  expect(slope).toBeCloseTo(-1, 13);
  // y = 0, 0, −2 decades about the line 1/3, −2/3, −5/3: residuals ∓1/3, 2/3, ∓1/3 decades, √(6/9)/√2.
  expect(slopeError).toBeCloseTo(Math.sqrt(6 / 9) / Math.SQRT2, 13);
});

test("the error of the exponent covers its scatter, whether repeats share their noise along the line or not", () => {
  const x = [1, 4, 16, 64];
  for (const shared of [true, false]) {
    let [inside, trials] = [0, 400];
    for (let trial = 0; trial < trials; trial++) {
      const noise = new Float64Array(8 * (x.length + 1));
      stream({ seed: trial, purpose: "power fit test" }).fillNormal(noise);
      const rows = Array.from({ length: 8 }, (_, r) =>
        x.map((n, k) => n ** -0.5 * Math.exp(0.1 * noise[r * 5 + (shared ? 4 : k)]! * (shared ? k : 1))),
      );
      const { slope, slopeError } = powerFit(x, rows);
      if (Math.abs(slope + 0.5) < 2 * slopeError) inside++;
    }
    // Two standard errors from eight repeats cover 91.4 % (Student, 7 degrees of freedom): four standard deviations
    // of a binomial share of 400 below; a bias of 0.1²/2 at most is far inside.
    expect(inside / trials).toBeGreaterThan(0.86);
    expect(inside / trials).toBeLessThan(0.99);
  }
});
