import { expect, test } from "vitest";
import { normals, positive } from "../../../test/helpers/arrays.js";
import { sigmoid } from "../../attention/sigmoid/index.js";
import { sampleGaussian } from "../../foundation/law/index.js";
import type { Gaussian } from "../../laws/contract.js";
import { measureOnce, testModel } from "../shared/test-model.test-helper.js";
import { closureDefect } from "./index.js";

const law: Gaussian = { kind: "gaussian", d: 2, mean: normals(2, 1, 0.5), cov: positive(2, 2) };
const model = testModel(2, { attention: [sigmoid], heads: { beta: 3 } });

test("0 to rounding on a Gaussian under softmax, of order n^(−½) on its samples", () => {
  const soft = testModel(2, { heads: { beta: 0.3 } });
  expect(measureOnce(closureDefect, law, { model: soft })[0]).toBeLessThan(1e-14);
  const at = (n: number) => measureOnce(closureDefect, sampleGaussian(law, n, 1, "defect"), { model: soft })[0]!;
  expect(at(1000)).toBeGreaterThan(1e-4);
  // Ten times as many tokens: a third, within the scatter of one draw each.
  expect(at(1000)).toBeLessThan(at(100));
});

test("of a Gaussian is that of a great sample of it", () => {
  const exact = measureOnce(closureDefect, law, { model })[0]!;
  const found = measureOnce(closureDefect, sampleGaussian(law, 2000, 1, "defect"), { model })[0]!;
  expect(exact).toBeGreaterThan(0.1);
  // A mean of squares over 2000 tokens, good to a few hundredths.
  expect(Math.abs(found / exact - 1)).toBeLessThan(0.1);
});

test("0 for no more than d + 1 tokens, where every field is affine", () => {
  const cloud = sampleGaussian(law, 3, 5, "defect");
  // The pseudo-inverse of a covariance of three tokens.
  expect(measureOnce(closureDefect, cloud, { model })[0]).toBeLessThan(1e-12);
});
