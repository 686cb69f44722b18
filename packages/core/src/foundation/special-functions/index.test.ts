import { describe, expect, test } from "vitest";
import { InputError } from "../errors/index.js";
import goldens from "./goldens.json" with { type: "json" };
import { erf, erfc, logGamma, normalCdf, normalPdf, normalQuantile, scaledErfc } from "./index.js";

const relative = (got: number, expected: number): number =>
  expected === 0 ? Math.abs(got) : Math.abs(got - expected) / Math.abs(expected);

describe("against 100-digit decimal series (goldens.py)", () => {
  // A few units of rounding, 2.2e-16 each: two exponentials and a short sum.
  const functions = { erf, erfc, normalCdf, normalPdf, normalQuantile };
  const tolerances = { erf: 1e-15, erfc: 2e-15, normalCdf: 3e-15, normalPdf: 1e-15, normalQuantile: 1e-15 };
  for (const name of Object.keys(functions) as (keyof typeof functions)[]) {
    test.each(goldens[name])(`${name}(%f)`, (x, expected) => {
      expect(relative(functions[name](x!), expected!)).toBeLessThanOrEqual(tolerances[name]);
    });
  }
  test.each(goldens.logGamma)("logGamma(%f)", (x, expected) => {
    const got = logGamma(x!);
    // Relative on the positive axis; below zero log|Γ| has zeros that no formula with a reflection resolves.
    if (x! > 0) expect(relative(got, expected!)).toBeLessThanOrEqual(2e-15);
    else expect(Math.abs(got - expected!)).toBeLessThanOrEqual(1e-14);
  });
});

describe("laws", () => {
  test("the quantile inverts the distribution function", () => {
    for (let x = -37; x <= 5; x += 0.37) {
      // Above 0 Φ is near 1 and its rounding eps/2 moves the quantile by eps/pdf(x).
      const bound = 1e-14 * Math.abs(x) + (x > 0 ? Number.EPSILON / normalPdf(x) : 0) + 1e-15;
      expect(Math.abs(normalQuantile(normalCdf(x)) - x)).toBeLessThanOrEqual(bound);
    }
  });

  test("Γ(x + 1) = x·Γ(x)", () => {
    for (let x = 0.05; x < 40; x += 0.113) {
      // The rounding of the two values, of size up to log Γ(41) ≈ 110.
      expect(Math.abs(logGamma(x + 1) - logGamma(x) - Math.log(x))).toBeLessThanOrEqual(2e-15 * (4 + logGamma(x + 1)));
    }
  });

  test("erf is odd and erf + erfc = 1", () => {
    for (let x = 0; x < 6; x += 0.07) {
      expect(erf(-x)).toBe(-erf(x));
      // One rounding of a sum near 1 in each term.
      expect(Math.abs(erf(x) + erfc(x) - 1)).toBeLessThanOrEqual(4e-16);
    }
  });

  test("limits", () => {
    expect([erf(Infinity), erf(-Infinity), erfc(Infinity), erfc(-Infinity)]).toEqual([1, -1, 0, 2]);
    expect([normalCdf(-Infinity), normalCdf(Infinity), normalPdf(Infinity)]).toEqual([0, 1, 0]);
    expect([normalQuantile(0), normalQuantile(0.5), normalQuantile(1)]).toEqual([-Infinity, 0, Infinity]);
    expect([logGamma(1), logGamma(2), logGamma(0), logGamma(-3)]).toEqual([0, 0, Infinity, Infinity]);
    expect(scaledErfc(0)).toBeCloseTo(1, 14);
    expect([erf(NaN), erfc(NaN), normalCdf(NaN), normalPdf(NaN), logGamma(NaN)]).toEqual([NaN, NaN, NaN, NaN, NaN]);
  });

  test.each([-1e-300, 1.0000001, NaN])("normalQuantile refuses %f", (p) => {
    expect(() => normalQuantile(p)).toThrow(InputError);
  });
});
