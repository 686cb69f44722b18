import { describe, expect, test } from "vitest";
import { stream } from "../random/index.js";
import { quantile } from "./index.js";
import {
  addToSketch,
  emptySketch,
  mergeSketches,
  type QuantileSketch,
  rankError,
  sketchQuantiles,
} from "./quantile-sketch.js";

const qs = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1];

function normals(count: number, seed = 1): Float64Array {
  const values = new Float64Array(count);
  stream({ seed, purpose: "sketch test" }).fillNormal(values);
  return values;
}

function taken(values: Iterable<number>, capacity: number): QuantileSketch {
  const sketch = emptySketch(capacity);
  for (const value of values) addToSketch(sketch, value);
  return sketch;
}

/** How far the answer's ranks are from the one asked for, as part of the count. */
function distanceInRank(sorted: Float64Array, answer: number, q: number): number {
  const place = q * (sorted.length - 1);
  const below = sorted.filter((value) => value < answer).length;
  const upTo = sorted.filter((value) => value <= answer).length;
  return Math.max(0, below - 1 - place, place - upTo) / sorted.length;
}

describe("quantiles of a stream", () => {
  test("are the order statistics while the sketch holds every number", () => {
    for (const count of [1, 2, 3, 64]) {
      const values = normals(count);
      const sketch = taken(values, 64);
      const sorted = values.toSorted();
      expect(rankError(sketch)).toBe(0);
      expect(sketchQuantiles(sketch, qs)).toEqual(qs.map((q) => quantile(sorted, q)));
    }
  });

  test.each(["random", "rising", "falling", "two values"])("stay within their stated rank error: %s", (order) => {
    const values = normals(20_000);
    if (order === "rising") values.sort();
    if (order === "falling") values.sort().reverse();
    if (order === "two values") for (let i = 0; i < values.length; i++) values[i] = values[i]! > 0.3 ? 1 : 0;
    const sketch = taken(values, 256);
    const sorted = values.toSorted();
    const bound = rankError(sketch);
    // At most log₂(2·20000/256)/(2·256) = 1.5 %, as the docstring says.
    expect(bound).toBeGreaterThan(0);
    expect(bound).toBeLessThan(0.015);
    sketchQuantiles(sketch, qs).forEach((answer, k) => {
      expect(distanceInRank(sorted, answer, qs[k]!)).toBeLessThanOrEqual(bound);
    });
    const kept = sketch.levels.reduce((sum, level) => sum + level.length, 0);
    expect(kept).toBeLessThan(256 * 8);
    expect(sketch.levels.reduce((sum, level, h) => sum + level.length * 2 ** h, 0)).toBe(20_000);
  });

  test("of merged parts stay within their stated rank error, and parts stay as they are", () => {
    const values = normals(30_000, 2);
    const whole = emptySketch(256);
    for (let from = 0; from < values.length; from += 700) {
      const part = taken(values.subarray(from, from + 700), 256);
      const before = structuredClone(part);
      mergeSketches(whole, part);
      expect(part).toEqual(before);
    }
    const sorted = values.toSorted();
    expect(whole.count).toBe(30_000);
    expect(rankError(whole)).toBeLessThan(0.02);
    sketchQuantiles(whole, qs).forEach((answer, k) => {
      expect(distanceInRank(sorted, answer, qs[k]!)).toBeLessThanOrEqual(rankError(whole));
    });
  });

  test("are the same for equal streams", () => {
    const values = normals(5000, 3);
    expect(taken(values, 128)).toEqual(taken(values, 128));
  });
});
