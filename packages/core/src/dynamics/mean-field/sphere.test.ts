import { describe, expect, test } from "vitest";
import { distanceMax, logSlope } from "../../../test/helpers/slope.js";
import { experiment } from "../../experiment/index.js";
import { InputError } from "../../foundation/errors/index.js";
import { momentsOf } from "../../foundation/law/index.js";
import { logBesselI, zonalSequence } from "../../foundation/special-functions/index.js";
import type { PointCloud } from "../../laws/contract.js";
import { solve } from "../../solve/index.js";

interface Case {
  readonly attention?: unknown;
  readonly density: Record<string, unknown>;
  readonly level: Record<string, unknown>;
  readonly T: number;
}

const softmax = (beta: number) => ({ softmax: { beta } });

function finalLaw({ attention = softmax(2), density, level, T }: Case): PointCloud {
  const { levels } = experiment({
    model: { attention, geometry: "sphere" },
    initial: { density },
    levels: { "mean-field": level },
  });
  const one = levels[0]!.level;
  const { method, stepping } = one.own!;
  const { outcome, yEnd } = solve(one.problem, method, { span: [0, T], steps: stepping });
  expect(outcome.status).toBe("completed");
  expect(Math.min(...yEnd)).toBeGreaterThanOrEqual(0);
  expect(Math.abs(yEnd.reduce((sum, value) => sum + value, 0) - 1)).toBeLessThan(1e-13);
  return one.law(yEnd) as PointCloud;
}

/** ∫R_k(x_d) dμ. */
function zonalMean({ m, d, points, weights }: PointCloud, k: number): number {
  let sum = 0;
  for (let j = 0; j < m; j++) sum += weights[j]! * zonalSequence(k, d / 2 - 1, points[j * d + d - 1]!)[k]!;
  return sum;
}

describe("zonal laws", () => {
  /** Growth of degree k from 1 + 10⁻³ R_k; the law at both ends is on the same grid. */
  function rateOf(d: number, k: number, beta: number, attention: unknown): number {
    const poly = k === 1 ? "u" : `(${d}*u^2 - 1)/${d - 1}`;
    const density = { zonal: { d, expression: `1 + 1e-3*${poly}` } };
    const level = { scheme: "zonal", grid: 96, tolerance: 1e-8 };
    const at = (T: number) => zonalMean(finalLaw({ attention, density, level, T }), k);
    const T = 0.2 / beta;
    return Math.log(at(2 * T) / at(T)) / T;
  }

  test.each([
    [3, 1, 2],
    [3, 2, 4],
    [6, 2, 3],
  ])("grow from the uniform law on S^{%i−1} at Funk and Hecke's rate, degree %i, β = %i", (d, k, beta) => {
    const nu = d / 2 - 1;
    const ratio = Math.exp(logBesselI(k + nu, beta) - logBesselI(nu, beta));
    const rate = (k * (k + d - 2) * ratio) / beta;
    // 96 cells: order 2 of π/96 and of the amplitude 10⁻³; 0.5 % asked for, 2 % is the issue's.
    expect(Math.abs(rateOf(d, k, beta, softmax(beta)) / rate - 1)).toBeLessThan(0.005);
  });

  test("order 2 in the cells", () => {
    const density = { zonal: { d: 5, expression: "exp(u)" } };
    const at = (grid: number) =>
      zonalMean(finalLaw({ density, T: 0.5, level: { scheme: "zonal", grid, tolerance: 1e-6 } }), 2);
    const exact = (4 * at(96) - at(48)) / 3;
    const grids = [16, 24, 36];
    const slope = logSlope(
      grids,
      grids.map((grid) => Math.abs(at(grid) - exact)),
    );
    expect(slope).toBeLessThan(-1.8);
  });

  test("the law on the sphere has the moments of its rings: mean on the axis, equal variances across", () => {
    const law = finalLaw({
      density: { zonal: { d: 4, expression: "1 + u" } },
      T: 0.1,
      level: { scheme: "zonal", grid: 64 },
    });
    const { mean, cov } = momentsOf(law);
    expect(distanceMax(mean.subarray(0, 3), new Float64Array(3))).toBeLessThan(1e-15);
    expect(cov[0]).toBeCloseTo(cov[5]!, 14);
    expect(cov[0]! * 3 + cov[15]! + mean[3]! ** 2).toBeCloseTo(1, 12);
  });
});

describe("S² on cells of equal area", () => {
  test("a zonal law moves as in one angle", () => {
    const [T, expression] = [0.8, "1 + 0.6*u + 0.3*u^2"];
    const exact = finalLaw({ density: { zonal: { d: 3, expression } }, T, level: { scheme: "zonal", grid: 256 } });
    const density = { sphere: { expression: expression.replaceAll("u", "z") } };
    const gaps = [72, 200, 392].map((grid) => {
      const law = finalLaw({ density, T, level: { grid, tolerance: 1e-5 } });
      return Math.max(...[1, 2].map((k) => Math.abs(zonalMean(law, k) - zonalMean(exact, k))));
    });
    // Rings 6, 10, 14: between order 1 at the poles, where a cell is √(2/rings) long, and 2 elsewhere; 1.3 measured.
    expect(logSlope([6, 10, 14], gaps)).toBeLessThan(-1.1);
    expect(gaps[2]!).toBeLessThan(0.01);
  });

  test("the same law turned by a quarter moves the same way, as the grid gets finer", () => {
    const gapOf = (grid: number) => {
      const level = { grid, tolerance: 1e-5 };
      const upright = momentsOf(finalLaw({ density: { sphere: { expression: "exp(z + 0.5*x*z)" } }, T: 0.8, level }));
      const lying = momentsOf(finalLaw({ density: { sphere: { expression: "exp(x + 0.5*y*x)" } }, T: 0.8, level }));
      // x → y, z → x.
      const gaps = [
        upright.mean[2]! - lying.mean[0]!,
        upright.mean[0]! - lying.mean[1]!,
        upright.cov[8]! - lying.cov[0]!,
      ];
      return Math.max(...gaps.map(Math.abs));
    };
    const gaps = [72, 200, 392].map(gapOf);
    // Rings 6, 10, 14. The poles of one grid lie where the other is even: the gap is the error there.
    expect(logSlope([6, 10, 14], gaps)).toBeLessThan(-1.1);
    expect(gaps[2]!).toBeLessThan(0.02);
  });
});

test("refuses a model that sees rotations, and a law without an axis", () => {
  const codeOf = (attention: unknown, density: unknown, level: unknown): string => {
    try {
      finalLaw({
        attention,
        density: density as Record<string, unknown>,
        level: level as Record<string, unknown>,
        T: 0.1,
      });
    } catch (error) {
      if (error instanceof InputError) return error.message;
    }
    return "nothing";
  };
  const zonal = { zonal: { d: 3, expression: "1" } };
  const turning = { softmax: { V: { diagonal: [1, 1, 2] } } };
  expect(codeOf(turning, zonal, { scheme: "zonal" })).toContain("does not see rotations");
  expect(codeOf(softmax(1), { sphere: { expression: "1" } }, { scheme: "zonal" })).toContain("a law with an axis");
  expect(codeOf(softmax(1), zonal, { scheme: "spectral" })).toContain("not for this sphere");
  expect(codeOf(softmax(1), zonal, { grid: 100 })).toContain("twice a square");
});
