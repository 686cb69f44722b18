import { expect, test } from "vitest";
import { equiangular } from "../../laws/equiangular/index.js";
import { meanOverlap } from "../mean-overlap/index.js";
import { cloudFrom, measureOnce, unitCloud } from "../shared/test-model.test-helper.js";
import { overlapGap } from "./index.js";

test.each([0, 0.3, -0.2])("equiangular tokens have 1 − ρ, ρ = %d", (overlap) => {
  const cloud = equiangular.bind({ d: 7, n: 5, overlap }).cloud();
  expect(measureOnce(overlapGap, cloud)[0]).toBeCloseTo(1 - overlap, 14);
});

test("is 1 − the mean overlap", () => {
  const cloud = unitCloud(50, 4);
  expect(measureOnce(overlapGap, cloud)[0]).toBeCloseTo(1 - measureOnce(meanOverlap, cloud)[0]!, 13);
});

test("keeps its digits where 1 − cos has none: two directions at the angle 1e-9, any lengths", () => {
  const angle = 1e-9;
  const cloud = cloudFrom([
    [2, 0],
    [3 * Math.cos(angle), 3 * Math.sin(angle)],
  ]);
  const wanted = 2 * Math.sin(angle / 2) ** 2;
  // Directions are rounded to 1e-16, of a difference of 1e-9.
  expect(Math.abs(measureOnce(overlapGap, cloud)[0]! / wanted - 1)).toBeLessThan(1e-6);
  expect(measureOnce(meanOverlap, cloud)[0]).toBe(1);
});

test("weights count", () => {
  const cloud = cloudFrom([[2], [5], [-0.1]], [0.5, 0.25, 0.25]);
  // Pairs with the third are opposite, 1 − cos = 2.
  expect(measureOnce(overlapGap, cloud)[0]).toBeCloseTo((2 * (0.125 + 0.0625)) / 0.3125, 14);
});
