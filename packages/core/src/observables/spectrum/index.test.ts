import { expect, test } from "vitest";
import { matMulNT } from "../../foundation/linear-algebra/index.js";
import { randomMatrix } from "../../foundation/random/index.js";
import type { Gaussian } from "../../laws/contract.js";
import { measureOnce, unitCloud } from "../shared/test-model.test-helper.js";
import { trace } from "../trace/index.js";
import { spectrum } from "./index.js";

test("eigenvalues of R·diag·Rᵀ, descending, whatever the rotation", () => {
  const r = randomMatrix("orthogonal", 4, 4, 1, 3);
  const diagonal = [0.5, 4, 0, 1];
  const scaled = r.map((value, i) => value * diagonal[i % 4]!);
  const cov = new Float64Array(16);
  matMulNT(scaled, r, 4, 4, 4, cov);
  const law: Gaussian = { kind: "gaussian", d: 4, mean: new Float64Array(4), cov };
  const found = measureOnce(spectrum, law);
  // Roundings of the rotation and of the eigenvalues: a few eps of 4.
  [4, 1, 0.5, 0].forEach((value, k) => {
    expect(Math.abs(found[k]! - value)).toBeLessThan(1e-14);
  });
});

test("sums to the trace", () => {
  const cloud = unitCloud(30, 5);
  const sum = measureOnce(spectrum, cloud).reduce((total, value) => total + value, 0);
  expect(sum).toBeCloseTo(measureOnce(trace, cloud)[0]!, 14);
});
