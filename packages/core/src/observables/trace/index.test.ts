import { expect, test } from "vitest";
import type { Gaussian } from "../../laws/contract.js";
import { cloudFrom, measureOnce } from "../shared/test-model.test-helper.js";
import { trace } from "./index.js";

test("the mean squared distance from the mean", () => {
  const cloud = cloudFrom([
    [3, 1],
    [-1, 1],
    [1, 4],
    [1, -2],
  ]);
  // Mean (1, 1): (4 + 4 + 9 + 9)/4, exact in binary.
  expect(measureOnce(trace, cloud)[0]).toBe(6.5);
  const law: Gaussian = { kind: "gaussian", d: 2, mean: Float64Array.of(9, 9), cov: Float64Array.of(2, 1, 1, 3) };
  expect(measureOnce(trace, law)[0]).toBe(5);
});
