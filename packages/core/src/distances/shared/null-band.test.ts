import { describe, expect, test } from "vitest";
import { InputError } from "../../foundation/errors/index.js";
import { sampleLaw } from "../../foundation/law/index.js";
import type { Gaussian, Law, PointCloud } from "../../laws/contract.js";
import { nullBand } from "./null-band.js";

const law: Gaussian = { kind: "gaussian", d: 1, mean: Float64Array.of(1), cov: Float64Array.of(4) };

const average = (one: Law): number =>
  one.kind === "gaussian" ? one.mean[0]! : one.points.reduce((sum, x, i) => sum + one.weights[i]! * x, 0);

/** |E X − E Y|: its null law is known in closed form. */
const meanGap = (a: Law, b: Law): number => Math.abs(average(a) - average(b));

describe("null band", () => {
  test("quantiles of |N(0, s²)|: .6745 s, .0627 s, 1.960 s", () => {
    const n = 25;
    const repeats = 4000;
    const { low, median, high } = nullBand(meanGap, law, { a: n, b: n }, { repeats, seed: 1 });
    const s = 2 * Math.sqrt(2 / n);
    // Four standard errors (q(1−q)/repeats)^½/density of the quantiles of |N(0,1)|.
    const within = (q: number, density: number) => (4 * Math.sqrt((q * (1 - q)) / repeats)) / density;
    expect(Math.abs(median / s - 0.67449)).toBeLessThan(within(0.5, 0.6356));
    expect(Math.abs(low / s - 0.062707)).toBeLessThan(within(0.05, 0.7963));
    expect(Math.abs(high / s - 1.959964)).toBeLessThan(within(0.95, 0.1169));
  });

  test("a sample against the law itself has half the variance of two samples", () => {
    const options = { repeats: 4000, seed: 2 };
    const two = nullBand(meanGap, law, { a: 30, b: 30 }, options).median;
    const one = nullBand(meanGap, law, { a: 30, b: "law" }, options).median;
    // Both medians to four relative standard errors of 1.8 %.
    expect(Math.abs(two / one / Math.SQRT2 - 1)).toBeLessThan(0.1);
  });

  test("fresh pairs fall inside about nine times in ten", () => {
    const options = { repeats: 400, seed: 3 };
    const { low, high } = nullBand(meanGap, law, { a: 20, b: 35 }, options);
    let inside = 0;
    const trials = 400;
    for (let r = 0; r < trials; r++) {
      const value = meanGap(sampleLaw(law, 20, 99, `fresh a ${r}`), sampleLaw(law, 35, 99, `fresh b ${r}`));
      if (value >= low && value <= high) inside++;
    }
    // Four standard deviations: binomial (.9·.1/400)^½ = .015, and about the same from the quantiles of the band.
    expect(Math.abs(inside / trials - 0.9)).toBeLessThan(4 * 0.015 * Math.SQRT2);
  });

  test("shrinks like n^{−½}", () => {
    const options = { repeats: 2000, seed: 4 };
    const coarse = nullBand(meanGap, law, { a: 16, b: 16 }, options).median;
    const fine = nullBand(meanGap, law, { a: 256, b: 256 }, options).median;
    // Each median to 2.5 % (one standard error).
    expect(Math.abs(coarse / fine / 4 - 1)).toBeLessThan(0.15);
  });

  test("is a function of the seed", () => {
    const sizes = { a: 8, b: 8 } as const;
    const first = nullBand(meanGap, law, sizes, { repeats: 20, seed: 5 });
    expect(nullBand(meanGap, law, sizes, { repeats: 20, seed: 5 })).toEqual(first);
    expect(nullBand(meanGap, law, sizes, { repeats: 20, seed: 6 })).not.toEqual(first);
    const single = nullBand(meanGap, law, sizes, { repeats: 1, seed: 5 });
    expect(single.low).toBe(single.high);
  });

  test("resamples points, and refuses what it cannot do", () => {
    const points: PointCloud = {
      kind: "point-cloud",
      m: 3,
      d: 1,
      points: Float64Array.of(0, 1, 2),
      weights: new Float64Array(3).fill(1 / 3),
    };
    const options = { repeats: 10, seed: 1 };
    expect(nullBand(meanGap, points, { a: 5, b: 5 }, options).high).toBeLessThanOrEqual(2);
    const refused = (one: Law, a: number | "law", b: number | "law", repeats = 10) =>
      expect(() => nullBand(meanGap, one, { a, b }, { repeats, seed: 1 })).toThrow(InputError);
    refused(points, 5, "law");
    refused(law, "law", "law");
    refused(law, 0, 5);
    refused(law, 5, 5, 0);
    refused({ ...points, weights: Float64Array.of(0.5, 0.25, 0.25) }, 5, 5);
  });
});
