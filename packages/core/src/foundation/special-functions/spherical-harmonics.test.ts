import { describe, expect, test } from "vitest";
import { InputError } from "../errors/index.js";
import { sphereRule } from "../quadrature/index.js";
import { harmonicIndex, legendreSequence, sphericalHarmonics } from "./index.js";

function direction(polar: number, azimuth: number): Float64Array {
  return Float64Array.of(Math.sin(polar) * Math.cos(azimuth), Math.sin(polar) * Math.sin(azimuth), Math.cos(polar));
}

describe("real spherical harmonics", () => {
  test("the documented order and signs: l = 1 is √(3/4π)·(y, z, x), l = 2 its closed forms", () => {
    const { evaluate, count } = sphericalHarmonics(2);
    const point = direction(1.1, 0.6);
    const [x, y, z] = [...point] as [number, number, number];
    const got = new Float64Array(count);
    evaluate(point, got);
    const one = Math.sqrt(3 / (4 * Math.PI));
    const two = Math.sqrt(15 / (4 * Math.PI));
    const expected = [1 / Math.sqrt(4 * Math.PI), one * y, one * z, one * x];
    expected.push(two * x * y, two * y * z, (Math.sqrt(5 / Math.PI) / 4) * (3 * z * z - 1));
    expected.push(two * x * z, (two / 2) * (x * x - y * y));
    // A few roundings.
    for (let k = 0; k < count; k++) expect(Math.abs(got[k]! - expected[k]!)).toBeLessThanOrEqual(1e-15);
    expect([harmonicIndex(2, -2), harmonicIndex(2, 0), harmonicIndex(2, 2)]).toEqual([4, 6, 8]);
  });

  test("addition theorem Σ_m Y_lm(x)Y_lm(y) = (2l + 1)/4π·P_l(⟨x, y⟩) up to l = 100, the poles included", () => {
    const { evaluate, count } = sphericalHarmonics(100);
    const points = [direction(0, 0), direction(1e-9, 2), direction(0.01, 1), direction(1.2, -0.4), direction(3.1, 5)];
    const values = points.map((point) => {
      const out = new Float64Array(count);
      evaluate(point, out);
      return out;
    });
    for (const [i, p] of points.entries()) {
      for (const [j, q] of points.entries()) {
        const inner = Math.min(1, p[0]! * q[0]! + p[1]! * q[1]! + p[2]! * q[2]!);
        const legendre = legendreSequence(100, inner);
        for (let l = 0; l <= 100; l++) {
          let sum = 0;
          for (let m = -l; m <= l; m++) sum += values[i]![harmonicIndex(l, m)]! * values[j]![harmonicIndex(l, m)]!;
          // The rounding of ⟨x, y⟩, eps, moves P_l by l²/2·eps (1e-12 at l = 100), and as much for | |x|² − 1 |.
          const bound = 1e-14 + l * l * 4e-16;
          expect(Math.abs((sum * 4 * Math.PI) / (2 * l + 1) - legendre[l]!)).toBeLessThanOrEqual(bound);
        }
      }
    }
  });

  test("orthonormal under the product rule of degree 24", () => {
    const { evaluate, count } = sphericalHarmonics(12);
    const rule = sphereRule(24);
    const gram = new Float64Array(count * count);
    const out = new Float64Array(count);
    for (let k = 0; k < rule.m; k++) {
      evaluate(rule.points.slice(3 * k, 3 * k + 3), out);
      const mass = 4 * Math.PI * rule.weights[k]!;
      for (let i = 0; i < count; i++) for (let j = 0; j < count; j++) gram[i * count + j]! += mass * out[i]! * out[j]!;
    }
    for (let i = 0; i < count; i++) gram[i * count + i]! -= 1;
    // Rounding of sums over 325 nodes with values up to √(25/4π).
    expect(Math.max(...gram.map(Math.abs))).toBeLessThanOrEqual(5e-14);
  });

  test("degree 1000 stays finite next to the pole", () => {
    const { evaluate, count } = sphericalHarmonics(1000);
    const out = new Float64Array(count);
    evaluate(direction(1e-3, 0.3), out);
    expect(out.every(Number.isFinite)).toBe(true);
  });

  test("bad input", () => {
    expect(() => sphericalHarmonics(-1)).toThrow(InputError);
    expect(() => sphericalHarmonics(1001)).toThrow(InputError);
    expect(() => sphericalHarmonics(1.5)).toThrow(InputError);
    const { evaluate } = sphericalHarmonics(1);
    expect(() => evaluate(Float64Array.of(1, 1, 0), new Float64Array(4))).toThrow(/unit sphere/);
    expect(() => evaluate(Float64Array.of(NaN, 1, 0), new Float64Array(4))).toThrow(/unit sphere/);
    expect(() => evaluate(Float64Array.of(1, 0), new Float64Array(4))).toThrow(InputError);
    expect(() => evaluate(Float64Array.of(1, 0, 0), new Float64Array(5))).toThrow(InputError);
  });
});
