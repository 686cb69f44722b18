import { describe, expect, test } from "vitest";
import { InputError } from "../errors/index.js";
import { zonalRule } from "../quadrature/index.js";
import { besselIScaledSequence, funkHeckeExponential, logBesselI, logGamma, zonalSequence } from "./index.js";

describe("Funk–Hecke coefficients of e^{βt}", () => {
  test.each([2, 3, 4, 7, 16, 64, 128])("against Gauss–Gegenbauer quadrature of the definition, d = %i", (d) => {
    const rule = zonalRule(120, d);
    const zonal = Array.from(rule.nodes, (t) => zonalSequence(40, d / 2 - 1, t));
    for (const beta of [1e-3, 1, 9, 60, -5]) {
      const got = funkHeckeExponential(d, beta, 40);
      for (let k = 0; k <= 40; k++) {
        let sum = 0;
        for (let i = 0; i < 120; i++) {
          sum += rule.weights[i]! * Math.exp(beta * rule.nodes[i]! - Math.abs(beta)) * zonal[i]![k]!;
        }
        // Quadrature is exact here up to rounding: 120 terms that add up to at most λ_0 in absolute value.
        expect(Math.abs(got[k]! - sum)).toBeLessThanOrEqual(4e-14 * got[0]!);
      }
    }
  });

  test.each([5, 6, 33, 128])("against Γ(d/2)(2/β)^α·I_{k+α}(β) through logarithms, d = %i", (d) => {
    const alpha = d / 2 - 1;
    for (const beta of [1e-3, 0.5, 20, 700, 1e4]) {
      const got = funkHeckeExponential(d, beta, 200);
      for (let k = 0; k <= 200; k += 20) {
        const parts = [logGamma(d / 2), alpha * Math.log(2 / beta), logBesselI(k + alpha, beta), -beta];
        const expected = Math.exp(parts.reduce((a, b) => a + b));
        if (expected < 1e-300) continue;
        // Each logarithm is good to a few eps of its size, logBesselI's parts included.
        const size = parts.reduce((a, b) => a + Math.abs(b), 1 + beta);
        expect(Math.abs(got[k]! / expected - 1)).toBeLessThanOrEqual(1e-14 + 5 * Number.EPSILON * size);
      }
    }
  });

  test("on the circle they are the scaled Bessel functions", () => {
    for (const beta of [0.1, 10, 1000]) {
      const bessel = besselIScaledSequence(60, beta);
      const got = funkHeckeExponential(2, beta, 60);
      // A product of 60 ratios, each rounded twice.
      for (let k = 0; k <= 60; k++) expect(Math.abs(got[k]! - bessel[k]!)).toBeLessThanOrEqual(1e-14 * bessel[k]!);
    }
  });

  test("circle, softmax: the fastest growing modes k²·I_k/I_0/β of the uniform law (theory.md §3)", () => {
    const expected = [
      [1, 1],
      [5, 3],
      [7, 4],
      [10, 4],
      [20, 6],
      [50, 10],
      [100, 14],
    ] as const;
    for (const [beta, mode] of expected) {
      const values = funkHeckeExponential(2, beta, 60);
      const rates = Array.from(values, (value, k) => (k * k * value) / values[0]! / beta);
      expect(rates.indexOf(Math.max(...rates))).toBe(mode);
      // The two rates are printed there to three digits.
      if (beta === 10) expect([rates[4]!.toFixed(3), rates[5]!.toFixed(3)]).toEqual(["0.697", "0.690"]);
    }
  });

  test("first mode of the unnormalised attention on S², β = 1: c_1 = e^{−1}, so β/c_1 = e (theory.md §3)", () => {
    const scaled = funkHeckeExponential(3, 1, 1)[1]!;
    // A few roundings.
    expect(Math.abs(1 / (scaled * Math.E) - Math.E)).toBeLessThanOrEqual(4e-15);
  });

  test("R_k(1) = 1: the coefficients with multiplicities add up to e^{β·1−β} = 1 on S²", () => {
    for (const beta of [0.2, 30, 400]) {
      const values = funkHeckeExponential(3, beta, 300);
      const sum = values.reduce((total, value, k) => total + (2 * k + 1) * value, 0);
      // 300 positive terms, each within 1e-14.
      expect(Math.abs(sum - 1)).toBeLessThanOrEqual(1e-14);
    }
  });

  test("β = 0 and bad input", () => {
    expect([...funkHeckeExponential(5, 0, 3)]).toEqual([1, 0, 0, 0]);
    for (const d of [1, 2.5, NaN, 20000]) expect(() => funkHeckeExponential(d, 1, 2)).toThrow(InputError);
    expect(() => funkHeckeExponential(3, NaN, 2)).toThrow(InputError);
    expect(() => funkHeckeExponential(3, 1, -1)).toThrow(InputError);
  });
});
