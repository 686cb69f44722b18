import { describe, expect, test } from "vitest";
import { InputError, SolveError } from "../../foundation/errors/index.js";
import { euclidean } from "../../geometry/euclidean/index.js";
import type { PointCloud } from "../../laws/contract.js";
import { equiangular } from "../../laws/equiangular/index.js";
import { cloudFrom, measureOnce, testModel, unitCloud } from "../shared/test-model.test-helper.js";
import { energy } from "./index.js";

const measure = (law: PointCloud, normalisation: string, beta: number, model = testModel(law.d)): number =>
  measureOnce(energy, law, { params: { normalisation, beta }, model })[0]!;

/** ∬f(⟨x,y⟩)dμdμ, straight from the definition. */
function bySum(cloud: PointCloud, f: (inner: number) => number): number {
  const { m, d, points, weights } = cloud;
  let sum = 0;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) {
      let inner = 0;
      for (let a = 0; a < d; a++) inner += points[i * d + a]! * points[j * d + a]!;
      sum += weights[i]! * weights[j]! * f(inner);
    }
  }
  return sum;
}

describe("the four energies", () => {
  const cloud = unitCloud(15, 3);
  const weighted = { ...cloud, weights: Float64Array.from({ length: 15 }, (_, i) => (i + 1) / 120) };

  test.each([-3, 0.5, 4])("are their definitions, β = %d", (beta) => {
    for (const law of [cloud, weighted]) {
      const exponential = bySum(law, (inner) => Math.exp(beta * inner));
      // 225 terms, each rounded at (1 + |β|) eps.
      expect(measure(law, "survey", beta) / (exponential / (2 * beta))).toBeCloseTo(1, 12);
      expect(measure(law, "metastability", beta) / bySum(law, (inner) => Math.exp(beta * (inner - 1)))).toBeCloseTo(
        1,
        12,
      );
      const defect = 0.5 * bySum(law, (inner) => Math.exp(beta) - Math.exp(beta * inner));
      expect(measure(law, "synchronisation", beta) / defect).toBeCloseTo(1, 12);
    }
    const equal = bySum(cloud, (inner) => Math.exp(beta * inner)) / (2 * beta);
    expect(measure(weighted, "finite-n", beta) / equal).toBeCloseTo(1, 12);
  });

  test("equiangular tokens: e^{βρ} off the diagonal, closed forms", () => {
    const [n, rho, beta] = [6, 0.25, 3];
    const law = equiangular.bind({ d: 6, n, overlap: rho }).cloud();
    const off = (n - 1) / n;
    const mean = Math.exp(beta) / n + off * Math.exp(beta * rho);
    expect(measure(law, "survey", beta)).toBeCloseTo(mean / (2 * beta), 13);
    expect(measure(law, "metastability", beta)).toBeCloseTo(mean * Math.exp(-beta), 13);
    expect(measure(law, "synchronisation", beta)).toBeCloseTo(0.5 * off * (Math.exp(beta) - Math.exp(beta * rho)), 12);
  });

  test("one cluster: e^β/2β, 1 and 0", () => {
    const one = cloudFrom([
      [0.6, 0.8],
      [0.6, 0.8],
      [0.6, 0.8],
    ]);
    expect(measure(one, "survey", 2)).toBeCloseTo(Math.exp(2) / 4, 13);
    expect(measure(one, "metastability", 2)).toBeCloseTo(1, 14);
    expect(measure(one, "synchronisation", 2)).toBe(0);
  });

  test("separated clusters at large β: the plateau Σα_q², where e^β overflows", () => {
    const clusters = cloudFrom([
      [1, 0],
      [1, 0],
      [1, 0],
      [0, 1],
      [0, 1],
      [-1, 0],
    ]);
    // e^{−β} is below 1e-300; log and exp of 5000 cost 5000 eps.
    expect(measure(clusters, "metastability", 5000)).toBeCloseTo((9 + 4 + 1) / 36, 10);
    expect(() => measure(clusters, "survey", 5000)).toThrow(SolveError);
    expect(() => measure(clusters, "synchronisation", 5000)).toThrow(SolveError);
  });

  test("the synchronisation energy keeps its digits near one cluster", () => {
    const angle = 1e-7;
    const pair = cloudFrom([
      [1, 0],
      [Math.cos(angle), Math.sin(angle)],
    ]);
    // ½·½·(e^β − e^{β cos θ}) = ¼e^β·2β sin²(θ/2) to first order in θ², the rest is θ⁴.
    const exact = 0.25 * Math.exp(3) * 2 * 3 * Math.sin(angle / 2) ** 2;
    expect(Math.abs(measure(pair, "synchronisation", 3) / exact - 1)).toBeLessThan(1e-12);
  });

  test("in flat space lengths count, at any size of the scores", () => {
    const model = testModel(1, { geometry: euclidean });
    const law = cloudFrom([[2], [-1]]);
    expect(measure(law, "survey", 1, model)).toBeCloseTo((Math.exp(4) + Math.exp(1) + 2 * Math.exp(-2)) / 8, 12);
    expect(measure(law, "synchronisation", 1, model)).toBeCloseTo(
      (4 * Math.exp(1) - Math.exp(4) - Math.exp(1) - 2 * Math.exp(-2)) / 8,
      12,
    );
    // A point without weight, however long, has no part in it.
    const ghost = cloudFrom([[2], [-1], [100]], [0.5, 0.5, 0]);
    expect(measure(ghost, "survey", 1, model)).toBe(measure(law, "survey", 1, model));
  });
});

describe("β", () => {
  test("is that of the model's first head, at its depth", () => {
    const beta = { piecewise: [{ until: 0.5, value: 2 }, { value: 3 }] };
    const model = testModel(3, { heads: { beta } });
    const cloud = unitCloud(5, 3);
    expect(measureOnce(energy, cloud, { model, t: 0.2 })[0]).toBe(measure(cloud, "survey", 2));
    expect(measureOnce(energy, cloud, { model, t: 0.7 })[0]).toBe(measure(cloud, "survey", 3));
  });

  test("is asked for where the model has none, and must not be 0 where it divides", () => {
    const cloud = unitCloud(3, 2);
    const model = testModel(2, { attention: [] });
    expect(() => measureOnce(energy, cloud, { model })).toThrow(/observable energy: beta is needed/);
    expect(measureOnce(energy, cloud, { model, params: { beta: 1 } })[0]).toBeGreaterThan(0);
    expect(() => measure(cloud, "survey", 0)).toThrow(InputError);
    expect(measure(cloud, "synchronisation", 0)).toBe(0);
    expect(measure(cloud, "metastability", 0)).toBeCloseTo(1, 14);
  });
});
