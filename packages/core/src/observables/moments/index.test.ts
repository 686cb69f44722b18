import { expect, test } from "vitest";
import { covariance } from "../covariance/index.js";
import { mean } from "../mean/index.js";
import { measureOnce, unitCloud } from "../shared/test-model.test-helper.js";
import { moments } from "./index.js";

test("row 0 is the mean, the rows after it the covariance", () => {
  const cloud = unitCloud(12, 3);
  const expected = [...measureOnce(mean, cloud), ...measureOnce(covariance, cloud)];
  expect([...measureOnce(moments, cloud)]).toEqual(expected);
  // On the sphere |m|² + tr Σ = 1; a dozen roundings.
  const [a, b, c] = expected as [number, number, number];
  expect(a * a + b * b + c * c + expected[3]! + expected[7]! + expected[11]!).toBeCloseTo(1, 14);
});
