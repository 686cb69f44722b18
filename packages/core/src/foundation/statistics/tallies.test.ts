import { describe, expect, test } from "vitest";
import { histogramColumn, histogramEdges } from "./tallies.js";

describe("a histogram with fixed edges", () => {
  const request = { from: -1, to: 1, bins: 4 };

  test("puts every number into one bin, ends and what lies outside too", () => {
    const cases: readonly (readonly [number, number])[] = [
      [-2, 0],
      [-1, 1],
      [-0.51, 1],
      [-0.5, 2],
      [0, 3],
      [0.99, 4],
      [1, 4],
      [1.01, 5],
    ];
    for (const [value, column] of cases) expect([value, histogramColumn(request, value)]).toEqual([value, column]);
    expect(Array.from(histogramEdges(request))).toEqual([-1, -0.5, 0, 0.5, 1]);
  });
});
