import { describe, expect, test } from "vitest";
import { SolveError } from "../../foundation/errors/index.js";
import { cloudFrom, measureOnce, unitCloud } from "../shared/test-model.test-helper.js";
import { overlapHistogram } from "./index.js";

describe("overlap histogram", () => {
  test("pairs at 60°, 90°, 150° and 0°, each in its bin, whatever the lengths", () => {
    const at = (degrees: number, length: number) => [
      length * Math.cos((degrees * Math.PI) / 180),
      length * Math.sin((degrees * Math.PI) / 180),
    ];
    const cloud = cloudFrom([at(0, 1), at(60, 3), at(150, 1e-200)]);
    // Overlaps .5, 0 (60 to 150) and −.866: bins of width .4 from −1.
    const found = measureOnce(overlapHistogram, cloud, { params: { bins: 5 } });
    expect([...found]).toEqual([1 / 3, 0, 1 / 3, 1 / 3, 0]);
  });

  test("fractions sum to 1 and are even for an antipodal pair of clusters", () => {
    const found = measureOnce(overlapHistogram, unitCloud(40, 3));
    expect(found).toHaveLength(40);
    // 780 equal masses.
    expect(found.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
    const pair = cloudFrom([[1], [1], [-1], [-1]]);
    const histogram = measureOnce(overlapHistogram, pair, { params: { bins: 2 } });
    expect(histogram[0]).toBeCloseTo(4 / 6, 14);
    expect(histogram[1]).toBeCloseTo(2 / 6, 14);
  });

  test("weights count by their product", () => {
    const cloud = cloudFrom([[1], [1], [-1]], [0.5, 0.25, 0.25]);
    // Pairs: .125 at +1, .125 and .0625 at −1.
    const found = measureOnce(overlapHistogram, cloud, { params: { bins: 2 } });
    expect(found[1]).toBeCloseTo(0.4, 14);
  });

  test("uniform tokens in d = 3 have uniform overlaps (Archimedes)", () => {
    const n = 400;
    const found = measureOnce(overlapHistogram, unitCloud(n, 3, 5), { params: { bins: 4 } });
    // Pairs are pairwise independent: standard deviation (.25·.75/79800)^½ = .0015, five of them.
    for (const value of found) expect(Math.abs(value - 0.25)).toBeLessThan(0.008);
  });

  test("a single token counts as overlap 1; a token of length 0 has none", () => {
    expect(measureOnce(overlapHistogram, unitCloud(1, 3)).at(-1)).toBe(1);
    const zero = cloudFrom([
      [0, 0],
      [1, 0],
    ]);
    expect(() => measureOnce(overlapHistogram, zero)).toThrow(SolveError);
  });
});
