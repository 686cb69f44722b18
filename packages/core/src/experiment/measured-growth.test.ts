import { expect, test } from "vitest";
import { measuredGrowth } from "./measured-growth.js";
import type { LevelResult } from "./result.js";

const array = { shape: [1], data: new Float64Array(1) };
const level = (state: string): LevelResult => ({
  outcome: { status: "completed" },
  t: new Float64Array(1),
  states: { [state]: array },
  series: {},
  stats: { steps: 1, rejected: 0, evaluations: 1, method: "rk4" },
});
const t = Float64Array.of(0, 1, 2);

function growthOf(value: number[], kinds = ["x", "mass"], spec = {}) {
  const series = { t, value: Float64Array.from(value), spread: t, unit: "1" };
  const levels = { a: level(kinds[0]!), b: level(kinds[1]!) };
  return measuredGrowth({ spec, levels, distances: { "a|b": { wasserstein: series } } })["a|b"]?.["wasserstein"];
}

test("the smallest exponent that bounds every record, and where it is attained", () => {
  const found = growthOf([0.1, 0.1 * Math.E ** 0.7, 0.1 * Math.E])!;
  expect(found.rate).toBeCloseTo(0.7, 14);
  expect([found.t, found.start]).toEqual([1, 0.1]);
  expect(growthOf([1, 0.5, 0.25])!.rate).toBeCloseTo(-Math.log(2), 14);
});

test("nothing to say of two clouds, two laws, or a distance that starts at 0", () => {
  expect(growthOf([1, 2, 3], ["x", "x"])).toBeUndefined();
  expect(growthOf([1, 2, 3], ["mass", "mass"])).toBeUndefined();
  expect(growthOf([0, 2, 3])).toBeUndefined();
});

test("nothing of tokens with noise of their own: the theorem does not speak of them", () => {
  const noise = { independent: { sigma: 0.5 } };
  expect(growthOf([1, 2, 3], ["x", "mass"], { model: { noise } })).toBeUndefined();
  expect(growthOf([1, 2, 3], ["x", "mass"], { model: { noise: "none" } })).toBeDefined();
});
