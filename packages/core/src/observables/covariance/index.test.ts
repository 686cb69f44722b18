import { expect, test } from "vitest";
import type { Gaussian } from "../../laws/contract.js";
import { cloudFrom, measureOnce } from "../shared/test-model.test-helper.js";
import { covariance } from "./index.js";

test("the covariance of points divides by n, not n − 1; a Gaussian's is its own", () => {
  const cloud = cloudFrom([
    [1, 0],
    [-1, 0],
    [0, 2],
    [0, -2],
  ]);
  // (1 + 1)/4 and (4 + 4)/4, exact in binary.
  expect([...measureOnce(covariance, cloud)]).toEqual([0.5, 0, 0, 2]);
  const law: Gaussian = { kind: "gaussian", d: 1, mean: Float64Array.of(7), cov: Float64Array.of(3) };
  expect([...measureOnce(covariance, law)]).toEqual([3]);
});
