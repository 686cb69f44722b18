import { describe, expect, test } from "vitest";
import { InputError } from "../errors/index.js";
import { gegenbauerSequence, legendreSequence, logGamma, zonalSequence } from "./index.js";

describe("Gegenbauer and zonal polynomials", () => {
  test.each([0.5, 1, 1.5, 7, 31])("generating function Σ C_k(t)s^k = (1 − 2ts + s²)^{−α}, α = %f", (alpha) => {
    for (const t of [-1, -0.83, 0, 0.2, 0.999, 1]) {
      const s = 0.2;
      const values = gegenbauerSequence(160, alpha, t);
      let sum = 0;
      for (let k = 160; k >= 0; k--) sum = sum * s + values[k]!;
      // The terms are at most C_k(1)·s^k, which add up to (1 − s)^{−2α}; the recurrence loses about α roundings of them.
      const expected = (1 - 2 * t * s + s * s) ** -alpha;
      expect(Math.abs(sum - expected)).toBeLessThanOrEqual((2e-15 + alpha * Number.EPSILON) * (1 - s) ** (-2 * alpha));
    }
  });

  test("Chebyshev on the circle: R_k(cos θ) = cos kθ for α = 0; C_k = U_k for α = 1", () => {
    for (const angle of [0.01, 0.7, 1.5, 3]) {
      const first = zonalSequence(300, 0, Math.cos(angle));
      const second = gegenbauerSequence(300, 1, Math.cos(angle));
      for (let k = 0; k <= 300; k++) {
        // The rounding of cos θ, eps/2, moves cos kθ by at most k²·eps/2, U_k by at most k times more near θ = 0.
        expect(Math.abs(first[k]! - Math.cos(k * angle))).toBeLessThanOrEqual((k + 1) * 1e-13);
        expect(Math.abs(second[k]! - Math.sin((k + 1) * angle) / Math.sin(angle))).toBeLessThanOrEqual(
          ((k + 1) * 1e-13) / Math.sin(angle),
        );
      }
    }
  });

  test("R_k = C_k/C_k(1) with C_k(1) = Γ(k + 2α)/(k!·Γ(2α)), and R_k(±1) = (±1)^k", () => {
    for (const alpha of [0.5, 1, 2.5, 10]) {
      const values = gegenbauerSequence(60, alpha, 0.37);
      const zonal = zonalSequence(60, alpha, 0.37);
      const end = zonalSequence(60, alpha, -1);
      for (let k = 0; k <= 60; k++) {
        const atOne = Math.exp(logGamma(k + 2 * alpha) - logGamma(k + 1) - logGamma(2 * alpha));
        // The exponential of a logarithm of size 60 loses 60·eps; k roundings in each recurrence.
        expect(Math.abs(values[k]! / atOne - zonal[k]!)).toBeLessThanOrEqual(4e-14);
        expect(Math.abs(end[k]! - (k % 2 === 0 ? 1 : -1))).toBeLessThanOrEqual(k * 1e-15);
      }
    }
  });

  test("Legendre: exact fractions P_2, P_5 and P_10 at ½ and (2k+1)-Bonnet at degree 1000", () => {
    const values = legendreSequence(1000, 0.5);
    expect(values[2]).toBe(-0.125);
    // Exact: P_5(½) = 23/256, P_10(½) = −49343/262144; ten roundings.
    expect(Math.abs(values[5]! - 23 / 256)).toBeLessThanOrEqual(2e-16);
    expect(Math.abs(values[10]! + 49343 / 262144)).toBeLessThanOrEqual(5e-16);
    // Laplace–Heine: P_n(cos θ) → √(2/(πn sin θ))·cos((n + ½)θ − π/4), relative O(1/n).
    const angle = Math.PI / 3;
    const leading = Math.sqrt(2 / (Math.PI * 1000 * Math.sin(angle))) * Math.cos(1000.5 * angle - Math.PI / 4);
    expect(Math.abs(values[1000]! - leading)).toBeLessThanOrEqual(1e-4 * Math.sqrt(2 / (Math.PI * 1000)) * 4);
  });

  test("bad input", () => {
    expect(() => gegenbauerSequence(-1, 1, 0)).toThrow(InputError);
    expect(() => gegenbauerSequence(2.5, 1, 0)).toThrow(InputError);
    expect(() => zonalSequence(2, -0.1, 0)).toThrow(InputError);
    expect(() => zonalSequence(2, NaN, 0)).toThrow(InputError);
    expect(() => legendreSequence(2, NaN)).toThrow(InputError);
    expect(() => legendreSequence(2, 0, new Float64Array(2))).toThrow(/must hold 3/);
  });
});
