import { describe, expect, test } from "vitest";
import { softmax } from "../../attention/softmax/index.js";
import { unnormalised } from "../../attention/unnormalised/index.js";
import { InputError } from "../../foundation/errors/index.js";
import { equiangular } from "../../laws/equiangular/index.js";
import { causal } from "../../masks/causal/index.js";
import { cloudFrom, measureOnce, testModel, unitCloud } from "../shared/test-model.test-helper.js";
import { attentionEntropy } from "./index.js";

describe("attention entropy", () => {
  test("uniform attention: log n; under the causal mask the mean of log i", () => {
    const cloud = unitCloud(6, 3);
    const uniform = testModel(3, { heads: { beta: 0 } });
    expect(measureOnce(attentionEntropy, cloud, { model: uniform })[0]).toBeCloseTo(Math.log(6), 14);
    const masked = testModel(3, { heads: { beta: 0 }, mask: causal.bind({}) });
    // Token i sees i tokens: (log 6!)/6.
    expect(measureOnce(attentionEntropy, cloud, { model: masked })[0]).toBeCloseTo(Math.log(720) / 6, 14);
  });

  test("equiangular tokens: one weight e^β and n − 1 weights e^{βρ}", () => {
    const [n, rho, beta] = [5, 0.2, 2];
    const cloud = equiangular.bind({ d: n, n, overlap: rho }).cloud();
    const z = Math.exp(beta) + (n - 1) * Math.exp(beta * rho);
    const [p, q] = [Math.exp(beta) / z, Math.exp(beta * rho) / z];
    const exact = -p * Math.log(p) - (n - 1) * q * Math.log(q);
    expect(measureOnce(attentionEntropy, cloud, { model: testModel(n, { heads: { beta } }) })[0]).toBeCloseTo(
      exact,
      13,
    );
  });

  test("heads of all attentions in order", () => {
    const heads = { heads: [{ beta: 0 }, { beta: 50 }] };
    const model = testModel(3, { attention: [softmax, softmax], heads });
    const found = measureOnce(attentionEntropy, unitCloud(8, 3), { model });
    expect(found).toHaveLength(4);
    expect(found[0]).toBeCloseTo(Math.log(8), 14);
    expect(found[1]!).toBeLessThan(0.5);
    expect([found[2], found[3]]).toEqual([found[0], found[1]]);
  });

  test("tokens count by their weights", () => {
    // β = 0: every row is (¾, ¼).
    const cloud = cloudFrom(
      [
        [1, 0],
        [0, 1],
      ],
      [0.75, 0.25],
    );
    const exact = -0.75 * Math.log(0.75) - 0.25 * Math.log(0.25);
    expect(measureOnce(attentionEntropy, cloud, { model: testModel(2, { heads: { beta: 0 } }) })[0]).toBeCloseTo(
      exact,
      14,
    );
  });

  test("only where rows are probabilities", () => {
    const cloud = unitCloud(3, 2);
    const codeOf = (attention: Parameters<typeof testModel>[1]) => {
      try {
        measureOnce(attentionEntropy, cloud, { model: testModel(2, attention) });
      } catch (error) {
        if (error instanceof InputError) return error.code;
      }
      return "nothing";
    };
    expect(codeOf({ attention: [softmax, unnormalised] })).toBe("incompatible");
    expect(codeOf({ attention: [] })).toBe("incompatible");
    expect(codeOf({ attention: [softmax] })).toBe("nothing");
  });
});
