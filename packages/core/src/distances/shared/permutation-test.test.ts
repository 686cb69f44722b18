import { describe, expect, test } from "vitest";
import { InputError } from "../../foundation/errors/index.js";
import { cloudOf } from "../../foundation/law/index.js";
import { stream } from "../../foundation/random/index.js";
import type { Law, PointCloud } from "../../laws/contract.js";
import { permutationTest } from "./permutation-test.js";

function sample(n: number, seed: number, shift = 0): PointCloud {
  const random = stream({ seed, purpose: "permutation test of tests" });
  return cloudOf(
    Float64Array.from({ length: n }, () => shift + random.normal()),
    n,
    1,
  );
}

const average = (law: Law): number => (law.kind === "gaussian" ? 0 : law.points.reduce((s, x) => s + x, 0) / law.m);
const meanGap = (a: Law, b: Law): number => Math.abs(average(a) - average(b));

describe("permutation test", () => {
  test("p-values are uniform when both clouds are one law", () => {
    const [trials, repeats] = [300, 99];
    const values = Array.from({ length: trials }, (_, k) => {
      const [a, b] = [sample(12, 2 * k + 1), sample(9, 2 * k + 2)];
      return permutationTest(meanGap, a, b, { repeats, seed: k }).pValue;
    });
    let gap = 0;
    for (let k = 1; k <= repeats + 1; k++) {
      const level = k / (repeats + 1);
      gap = Math.max(gap, Math.abs(values.filter((value) => value <= level + 1e-12).length / trials - level));
    }
    // Kolmogorov–Smirnov at the 1 % level: 1.628/√trials.
    expect(gap).toBeLessThan(1.628 / Math.sqrt(trials));
  });

  test("a shift of two deviations is found in 20 points a side, with the least p-value", () => {
    const {
      value,
      pValue,
      null: band,
    } = permutationTest(meanGap, sample(20, 1), sample(20, 2, 2), {
      repeats: 199,
      seed: 1,
    });
    expect(pValue).toBe(1 / 200);
    expect(value).toBeGreaterThan(band.high);
    expect(value).toBe(meanGap(sample(20, 1), sample(20, 2, 2)));
  });

  test("three against one point: all four deals by hand", () => {
    // |mean − other| of {0, 1, 2 | 6} is 5; the deals with 0, 1, 2 alone give 3, 5/3, 1/3.
    const { pValue, null: band } = permutationTest(
      meanGap,
      cloudOf(Float64Array.of(0, 1, 2), 3, 1),
      cloudOf(Float64Array.of(6), 1, 1),
      { repeats: 4000, seed: 3 },
    );
    // A quarter of the deals reaches 5: four standard errors.
    expect(Math.abs(pValue - 0.25)).toBeLessThan(4 * Math.sqrt(0.1875 / 4000));
    expect(band.high).toBe(5);
    expect(band.low).toBeCloseTo(1 / 3, 14);
  });

  test("is a function of the seed, and refuses what it cannot exchange", () => {
    const [a, b] = [sample(6, 5), sample(7, 6)];
    const options = { repeats: 50, seed: 5 };
    expect(permutationTest(meanGap, a, b, options)).toEqual(permutationTest(meanGap, a, b, options));
    expect(permutationTest(meanGap, a, b, { ...options, seed: 6 }).null).not.toEqual(
      permutationTest(meanGap, a, b, options).null,
    );
    const weighted = { ...b, weights: Float64Array.of(0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1) };
    expect(() => permutationTest(meanGap, a, weighted, options)).toThrow(InputError);
    expect(() => permutationTest(meanGap, a, b, { repeats: 0, seed: 1 })).toThrow(InputError);
    expect(() => permutationTest(meanGap, a, cloudOf(new Float64Array(4), 2, 2), options)).toThrow(InputError);
  });
});
