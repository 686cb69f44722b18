import { describe, expect, test } from "vitest";
import { InputError } from "../errors/index.js";
import goldens from "./bessel-goldens.json" with { type: "json" };
import {
  besselIRatio,
  besselIRatioSequence,
  besselIScaled,
  besselIScaledSequence,
  logBesselI,
  logGamma,
} from "./index.js";

const relative = (got: number, expected: number): number =>
  expected === 0 ? Math.abs(got) : Math.abs(got - expected) / Math.abs(expected);

describe("against the power series in 50-digit arithmetic (bessel-goldens.py)", () => {
  // Rounding of order 0 (a sum of 80 terms, one exponential) and of two divisions: 2.3e-15 was the worst of 6,000
  // random points. Below 1e-300 a float64 has fewer than 53 bits.
  test.each(goldens)("order %f at %f", (order, x, scaled, logarithm, ratio) => {
    if (scaled! > 1e-300) expect(relative(besselIScaled(order!, x!), scaled!)).toBeLessThanOrEqual(3e-15);
    else expect(Math.abs(besselIScaled(order!, x!) - scaled!)).toBeLessThanOrEqual(1e-314);
    // The logarithm is a sum of x and log(e^{−x}I): the rounding of each counts.
    const size = 1 + x! + Math.abs(logarithm! - x!);
    expect(Math.abs(logBesselI(order!, x!) - logarithm!)).toBeLessThanOrEqual(3 * Number.EPSILON * size);
    expect(relative(besselIRatio(order!, x!), ratio!)).toBeLessThanOrEqual(2e-15);
  });

  test("the sequence holds the same values as the single calls", () => {
    for (const [order, x, scaled] of goldens) {
      const sequence = besselIScaledSequence(order! + 5, x!);
      expect(sequence.length).toBe(Math.floor(order!) + 6);
      const got = sequence[Math.floor(order!)]!;
      if (scaled! > 1e-300) expect(relative(got, scaled!)).toBeLessThanOrEqual(3e-15);
      else expect(Math.abs(got - scaled!)).toBeLessThanOrEqual(1e-314);
    }
  });

  test("the ratio sequence holds the same values as the single calls", () => {
    for (const [order, x, , , ratio] of goldens) {
      const below = Math.min(3, Math.floor(order!));
      const ratios = besselIRatioSequence(order! - below, below + 4, x!);
      expect(relative(ratios[below]!, ratio!)).toBeLessThanOrEqual(2e-15);
    }
  });
});

describe("laws that know nothing of the method", () => {
  const arguments_ = [0.01, 0.9, 7, 39.9, 40.1, 333, 2500, 10000];

  test.each(arguments_)("Σ_k e^{−x}I_k(x) = 1 over all integers, x = %f", (x) => {
    const values = besselIScaledSequence(1000, x);
    let sum = 0;
    for (let k = 1000; k > 0; k--) sum += 2 * values[k]!;
    // The relative error of the terms, all positive; at x = 10⁴ the tail beyond 1000 is 1e-22.
    expect(Math.abs(sum + values[0]! - 1)).toBeLessThanOrEqual(5e-15);
  });

  test.each(arguments_)("e^{x(cos θ − 1)} = Σ_k e^{−x}I_k(x)·e^{ikθ}, x = %f", (x) => {
    const values = besselIScaledSequence(1000, x);
    for (const angle of [0.003, 0.1, 1, 2.5, Math.PI]) {
      let sum = values[0]!;
      for (let k = 1; k <= 1000; k++) sum += 2 * values[k]! * Math.cos(k * angle);
      // Rounding of a sum whose terms add up to 1 in absolute value, and of the angles k·θ (k·eps, k ≲ √x·6).
      expect(Math.abs(sum - Math.exp(-2 * x * Math.sin(angle / 2) ** 2))).toBeLessThanOrEqual(
        5e-15 + 6 * Math.sqrt(x) * Number.EPSILON,
      );
    }
  });

  test.each(arguments_)("Wronskian x(I_ν·K_{ν+1} + I_{ν+1}·K_ν) = 1 at half-integer orders, x = %f", (x) => {
    const values = besselIScaledSequence(300.5, x);
    // e^x·K by its forward recurrence, which is stable and positive, from the closed forms at ½ and 3/2.
    let here = Math.sqrt(Math.PI / (2 * x));
    let next = here * (1 + 1 / x);
    for (let k = 0; k < 300 && Number.isFinite(next); k++) {
      if (values[k + 1]! > 1e-290) {
        // The recurrence of K adds at most one rounding per step to its relative error.
        const bound = 5e-15 + (k + 2) * Number.EPSILON;
        expect(Math.abs(x * (values[k]! * next + values[k + 1]! * here) - 1)).toBeLessThanOrEqual(bound);
      }
      [here, next] = [next, here + ((2 * k + 3) / x) * next];
    }
  });

  test("Turán: the ratios increase with x, decrease with the order, and stay within Amos' bounds", () => {
    for (let order = 0; order <= 1000; order += 62.5) {
      let previous = 0;
      for (const x of arguments_) {
        const ratio = besselIRatio(order, x);
        expect(ratio).toBeGreaterThan(previous);
        expect(besselIRatio(order + 1, x)).toBeLessThan(ratio);
        // Three roundings in the bound itself.
        const slack = 1 + 4 * Number.EPSILON;
        expect(ratio).toBeLessThanOrEqual((x / (order + 0.5 + Math.hypot(order + 0.5, x))) * slack);
        expect(ratio * slack).toBeGreaterThanOrEqual(x / (order + 0.5 + Math.hypot(order + 1.5, x)));
        previous = ratio;
      }
    }
  });

  test("far below the float64 range the logarithm goes on: I_ν(x) → (x/2)^ν/Γ(ν + 1)", () => {
    const expected = 1000 * Math.log(0.5e-5) - logGamma(1001);
    expect(besselIScaled(1000, 1e-5)).toBe(0);
    // The next term of the series is x²/4/1001 = 2.5e-14; logGamma is good to 2e-15 relative.
    expect(relative(logBesselI(1000, 1e-5), expected)).toBeLessThanOrEqual(4e-15);
  });

  test("limits and huge arguments", () => {
    expect([besselIScaled(0, 0), besselIScaled(0.5, 0), besselIScaled(7, 0)]).toEqual([1, 0, 0]);
    expect([logBesselI(0, 0), logBesselI(3, 0), besselIRatio(2, 0)]).toEqual([0, -Infinity, 0]);
    expect([...besselIScaledSequence(2, 0)]).toEqual([1, 0, 0]);
    // e^{−x}I_ν(x) → 1/√(2πx), to rounding.
    expect(relative(besselIScaled(3, 1e300), 1 / Math.sqrt(2 * Math.PI) / 1e150)).toBeLessThanOrEqual(1e-15);
    expect(besselIScaled(2, Number.MIN_VALUE)).toBe(0);
    expect(besselIRatio(0, 1e-200)).toBe(5e-201);
  });
});

describe("bad input", () => {
  test.each([-1, 0.3, NaN, Infinity, 1e6])("order %f", (order) => {
    for (const f of [besselIScaled, besselIScaledSequence, logBesselI, besselIRatio]) {
      expect(() => f(order, 1)).toThrow(InputError);
    }
  });
  test.each([-1e-300, NaN, Infinity])("argument %f", (x) => {
    for (const f of [besselIScaled, besselIScaledSequence, logBesselI, besselIRatio]) {
      expect(() => f(1, x)).toThrow(InputError);
    }
  });
  test("an output array of another length, a count that is no integer", () => {
    expect(() => besselIScaledSequence(3, 1, new Float64Array(3))).toThrow(/must hold 4 numbers/);
    expect(() => besselIRatioSequence(0, 2.3, 1)).toThrow(InputError);
    expect(() => besselIRatioSequence(0.5, 1.5, 1)).toThrow(InputError);
  });
});
