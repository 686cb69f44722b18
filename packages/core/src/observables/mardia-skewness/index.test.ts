import { expect, test } from "vitest";
import { cloudFrom, measureOnce } from "../shared/test-model.test-helper.js";
import { mardiaSkewness } from "./index.js";

test("four corners and one point far out: symmetric tokens have none, others do", () => {
  const corners = [
    [1, 1],
    [1, -1],
    [-1, 1],
    [-1, -1],
  ];
  // Roundings of numbers of size one.
  expect(Math.abs(measureOnce(mardiaSkewness, cloudFrom(corners))[0]!)).toBeLessThan(1e-28);
  expect(measureOnce(mardiaSkewness, cloudFrom([...corners, [4, 0]]))[0]).toBeGreaterThan(0.5);
});

test("two values with chances p and 1 − p: (1 − 2p)²/(p(1 − p))", () => {
  expect(measureOnce(mardiaSkewness, cloudFrom([[3], [7]], [0.2, 0.8]))[0]).toBeCloseTo(0.36 / 0.16, 13);
});
