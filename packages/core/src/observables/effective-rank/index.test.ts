import { describe, expect, test } from "vitest";
import type { Gaussian } from "../../laws/contract.js";
import { cloudFrom, measureOnce } from "../shared/test-model.test-helper.js";
import { effectiveRank } from "./index.js";

const diagonal = (values: readonly number[]): Gaussian => {
  const d = values.length;
  const cov = Float64Array.from({ length: d * d }, (_, i) => (i % (d + 1) === 0 ? values[i / (d + 1)]! : 0));
  return { kind: "gaussian", d, mean: new Float64Array(d), cov };
};

describe("effective rank", () => {
  test("k equal eigenvalues give k, at any scale", () => {
    for (const k of [1, 2, 5]) {
      for (const scale of [1e-30, 1, 1e30]) {
        const values = Array.from({ length: 5 }, (_, i) => (i < k ? scale : 0));
        // exp of an entropy that rounds at 1e-16.
        expect(Math.abs(measureOnce(effectiveRank, diagonal(values))[0]! - k)).toBeLessThan(1e-13);
      }
    }
  });

  test("eigenvalues ½, ¼, ¼: exp of 1.5 log 2", () => {
    expect(measureOnce(effectiveRank, diagonal([2, 1, 1]))[0]).toBeCloseTo(2 ** 1.5, 13);
  });

  test("no spread at all is 0, also when equal points round", () => {
    expect(measureOnce(effectiveRank, diagonal([0, 0]))[0]).toBe(0);
    const row = [0.1, 0.7, -1 / 3];
    expect(measureOnce(effectiveRank, cloudFrom([row, row, row]))[0]).toBe(0);
    expect(measureOnce(effectiveRank, cloudFrom([row]))[0]).toBe(0);
  });

  test("two distinct points have rank one", () => {
    const cloud = cloudFrom([
      [1, 2, 3],
      [1, 2.5, 3.25],
    ]);
    expect(measureOnce(effectiveRank, cloud)[0]).toBeCloseTo(1, 12);
  });
});
