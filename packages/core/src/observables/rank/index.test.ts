import { expect, test } from "vitest";
import type { Gaussian } from "../../laws/contract.js";
import { inertia } from "../inertia/index.js";
import { meanNorm } from "../mean-norm/index.js";
import { cloudFrom, measureOnce } from "../shared/test-model.test-helper.js";
import { rank } from "./index.js";

const diagonal = (values: readonly number[]): Gaussian => {
  const d = values.length;
  const cov = new Float64Array(d * d);
  values.forEach((value, i) => {
    cov[i * d + i] = value;
  });
  return { kind: "gaussian", d, mean: Float64Array.from(values, (_, i) => (i === 0 ? 3 : i === 1 ? 4 : 0)), cov };
};

test("counts by the stated tolerance, zero covariance included", () => {
  const law = diagonal([1, 1e-8, 1e-12, 0, -1e-3]);
  expect(Array.from(measureOnce(inertia, law))).toEqual([2, 2, 1]);
  expect(measureOnce(rank, law)[0]).toBe(3);
  expect(measureOnce(rank, law, { params: { tolerance: 1e-13 } })[0]).toBe(4);
  expect(Array.from(measureOnce(inertia, law, { params: { tolerance: 1e-6 } }))).toEqual([1, 3, 1]);
  expect(measureOnce(rank, diagonal([0, 0]))[0]).toBe(0);
});

test("three tokens in space span a plane", () => {
  const cloud = cloudFrom([
    [1, 0, 2],
    [0, 1, -1],
    [3, 3, 3],
  ]);
  expect(measureOnce(rank, cloud)[0]).toBe(2);
});

test("|m| is a length", () => {
  expect(measureOnce(meanNorm, diagonal([1, 1, 1]))[0]).toBe(5);
});
