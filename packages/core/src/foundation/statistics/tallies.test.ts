import { describe, expect, test } from "vitest";
import { stream } from "../random/index.js";
import { histogramColumn, histogramEdges, proportion } from "./tallies.js";

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

describe("a proportion", () => {
  test("has Wilson's interval: the roots of (p̂ − p)² = z² p(1 − p)/n", () => {
    for (const [hits, count] of [
      [3, 10],
      [50, 64],
      [1, 1000],
    ] as const) {
      const { fraction, low, high } = proportion(hits, count);
      expect(fraction).toBe(hits / count);
      for (const p of [low, high]) {
        const z = Math.abs(fraction - p) / Math.sqrt((p * (1 - p)) / count);
        // A dozen roundings, magnified by the square root.
        expect(Math.abs(z - 1.959963984540054)).toBeLessThan(1e-11);
      }
    }
  });

  test("says something where nothing or everything hit", () => {
    expect(proportion(0, 10)).toMatchObject({ fraction: 0, low: 0 });
    // z²/(n + z²)
    expect(proportion(0, 10).high).toBeCloseTo(3.8414588 / 13.8414588, 7);
    expect(proportion(10, 10)).toMatchObject({ fraction: 1, high: 1 });
  });

  test("covers the truth in about 95 % of samples", () => {
    const random = stream({ seed: 5, purpose: "coverage" });
    let covered = 0;
    const repeats = 4000;
    for (let r = 0; r < repeats; r++) {
      let hits = 0;
      for (let i = 0; i < 200; i++) if (random.uniform() < 0.3) hits++;
      const { low, high } = proportion(hits, 200);
      if (low <= 0.3 && 0.3 <= high) covered++;
    }
    // Standard error √(.95·.05/4000) = .0034, five of them, and a point of discreteness.
    expect(Math.abs(covered / repeats - 0.95)).toBeLessThan(0.027);
  });
});
