import { expect, test } from "vitest";
import type { Gaussian } from "../../laws/contract.js";
import { cloudFrom, measureOnce } from "../shared/test-model.test-helper.js";
import { mean } from "./index.js";

test("the mean of weighted points, and of a Gaussian", () => {
  const cloud = cloudFrom(
    [
      [1, 2],
      [3, -2],
    ],
    [0.25, 0.75],
  );
  expect([...measureOnce(mean, cloud)]).toEqual([2.5, -1]);
  const law: Gaussian = { kind: "gaussian", d: 2, mean: Float64Array.of(4, 5), cov: new Float64Array(4) };
  expect([...measureOnce(mean, law)]).toEqual([4, 5]);
});
