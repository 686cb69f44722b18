import { expect, test } from "vitest";
import type { Gaussian } from "../../laws/contract.js";
import { cloudFrom, measureOnce } from "../shared/test-model.test-helper.js";
import { mardiaKurtosis } from "./index.js";

test("four corners: |z|² = 2 for each, so 4; two values with chances p and 1 − p: 1/(p(1 − p)) − 3", () => {
  const corners = [
    [1, 1],
    [1, -1],
    [-1, 1],
    [-1, -1],
  ];
  expect(measureOnce(mardiaKurtosis, cloudFrom(corners))[0]).toBeCloseTo(4, 13);
  expect(measureOnce(mardiaKurtosis, cloudFrom([[3], [7]], [0.2, 0.8]))[0]).toBeCloseTo(1 / 0.16 - 3, 13);
});

test("a Gaussian of rank r: r(r + 2)", () => {
  const law: Gaussian = { kind: "gaussian", d: 2, mean: Float64Array.of(0, 1), cov: Float64Array.of(1, 1, 1, 1) };
  expect(measureOnce(mardiaKurtosis, law)[0]).toBe(3);
});
