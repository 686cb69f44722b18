import { describe, expect, test } from "vitest";
import { measuredDepartures } from "./measured-departure.js";
import type { LevelResult } from "./result.js";

const array = (shape: number[]) => ({ shape, data: new Float64Array(shape.reduce((a, b) => a * b, 1)) });
const level = (states: LevelResult["states"]): LevelResult => ({
  outcome: { status: "completed" },
  t: new Float64Array(1),
  states,
  series: {},
  stats: { steps: 1, rejected: 0, evaluations: 1, method: "rk4" },
});
const cloud = level({ x: array([1, 2, 1]) });
const moments = level({ mean: array([1, 1]), cov: array([1, 1, 1]) });
const t = Float64Array.of(0, 1, 2, 3);

function departureOf(value: number[], levels = { particles: cloud, moments }): number | undefined {
  const series = { t, value: Float64Array.from(value), spread: t.map(() => 10), unit: "1" };
  return measuredDepartures({ levels, distances: { "particles|moments": { "bures-wasserstein": series } } })[
    "particles|moments"
  ]?.t;
}

describe("measured departure: the distance exceeds a tenth of the spread (1 here) for good", () => {
  test("interpolates linearly between the records around the crossing", () => {
    expect(departureOf([0, 0.5, 1.5, 4])).toBeCloseTo(1.5, 12);
  });
  test("an excursion that comes back does not count", () => {
    expect(departureOf([0, 4, 0.5, 2])).toBeCloseTo(2 + 0.5 / 1.5, 12);
  });
  test("none when the last record is inside", () => {
    expect(departureOf([4, 4, 4, 0.5])).toBeUndefined();
  });
  test("at the start when it is outside from the start", () => {
    expect(departureOf([2, 2, 2, 2])).toBe(0);
  });
  test("two clouds have no closure to leave", () => {
    expect(departureOf([2, 2, 2, 2], { particles: cloud, moments: cloud })).toBeUndefined();
  });
});
