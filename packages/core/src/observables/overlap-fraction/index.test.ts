import { expect, test } from "vitest";
import { cloudFrom, measureOnce, unitCloud } from "../shared/test-model.test-helper.js";
import { overlapFraction } from "./index.js";

test("clusters of sizes 3, 2, 1: 4 of 15 pairs", () => {
  const cloud = cloudFrom([
    [0, 1],
    [1, 0],
    [1, 0.001],
    [0, 1],
    [1, 0],
    [-1, 0],
  ]);
  expect(measureOnce(overlapFraction, cloud)[0]).toBeCloseTo(4 / 15, 14);
  // Without the one that is 1e-3 rad away: 1 − 5e-7 is below the threshold.
  expect(measureOnce(overlapFraction, cloud, { params: { above: 1 - 1e-7 } })[0]).toBeCloseTo(2 / 15, 14);
});

test("falls from 1 to 0 as the threshold rises", () => {
  const cloud = unitCloud(20, 3);
  const values = [-1, -0.5, 0, 0.5, 1].map((above) => measureOnce(overlapFraction, cloud, { params: { above } })[0]!);
  expect(values[0]).toBeCloseTo(1, 14);
  for (let k = 1; k < values.length; k++) expect(values[k]!).toBeLessThan(values[k - 1]!);
  expect(values.at(-1)).toBe(0);
});

test("a pair exactly at the threshold is not above it", () => {
  const cloud = cloudFrom([
    [1, 0],
    [0, 1],
  ]);
  expect(measureOnce(overlapFraction, cloud, { params: { above: 0 } })[0]).toBe(0);
});
