import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { build, distance, gaussian, graded, hilbert, jordan, times } from "../../../test/helpers/matrices.js";
import { InputError, SolveError } from "../errors/index.js";
import goldens from "./goldens-functions.json" with { type: "json" };
import { eigenvalues, expm, frobeniusNorm, identity, logm, matMulNT, psdSqrt, sqrtm } from "./index.js";

const eps = Number.EPSILON;

/** A covariance plus a skew part: eigenvalues in the right half plane, many of them complex. */
function accretive(d: number, seed: number): Float64Array {
  const g = gaussian(d, d, seed);
  const a = new Float64Array(d * d);
  matMulNT(g, g, d, d, d, a);
  const skew = gaussian(d, d, seed + 1);
  for (let i = 0; i < d; i++) {
    a[i * d + i]! += 0.1;
    for (let j = 0; j < d; j++) a[i * d + j]! += skew[i * d + j]! - skew[j * d + i]!;
  }
  return a;
}

const rotation = (angle: number): Float64Array =>
  Float64Array.of(Math.cos(angle), -Math.sin(angle), Math.sin(angle), Math.cos(angle));

const cases: [string, number, Float64Array][] = [
  ["empty", 0, new Float64Array(0)],
  ["one", 1, Float64Array.of(7)],
  ["identity", 6, identity(6)],
  ["rotation by 3", 2, rotation(3)],
  ["Jordan block at 1", 6, jordan(6, 1, 0)],
  ["Jordan + 1e-12", 6, jordan(6, 2, 1e-12)],
  ["Hilbert 6", 6, hilbert(6)],
  ["huge", 4, accretive(4, 3).map((x) => x * 1e150)],
  ["tiny", 4, accretive(4, 4).map((x) => x * 1e-150)],
  ["diagonal over 1e16", 8, graded(identity(8), 8)],
  ["random 20", 20, accretive(20, 5)],
  ["random 64", 64, accretive(64, 6)],
];

describe.each(cases)("%s", (_name, d, a) => {
  test("sqrtm(a)² = a, in the right half plane", () => {
    const x = sqrtm(a, d);
    const size = frobeniusNorm(x);
    // The Schur method is backward stable relative to ‖x‖², d additions in each entry.
    expect(distance(times(x, x, d, d, d), a) / (size || 1)).toBeLessThanOrEqual(1e-14 * (d + 1) * size);
    // −1e-14: the eigenvalues of x are known to rounding of ‖x‖.
    for (const value of eigenvalues(x, d).re) expect(value).toBeGreaterThan(-1e-14 * size);
  });

  test("expm(logm(a)) = a", () => {
    const x = logm(a, d);
    const bound = 1e-13 * (d + 1) * frobeniusNorm(a) * Math.max(1, frobeniusNorm(x));
    // The condition of exp at x is about ‖x‖ for these.
    expect(distance(expm(x, d), a)).toBeLessThanOrEqual(bound);
  });
});

describe("known answers", () => {
  test("logm of a rotation, a diagonal, a Jordan block", () => {
    // The angle to rounding, also close to the end of the branch.
    for (const angle of [1e-9, 0.3, 3, Math.PI - 1e-6]) {
      expect(distance(logm(rotation(angle), 2), Float64Array.of(0, -angle, angle, 0))).toBeLessThanOrEqual(4e-15);
    }
    expect(logm(Float64Array.of(1e-200, 0, 0, 1e90), 2)[0]).toBe(Math.log(1e-200));
    // log(1 + n) = n − n²/2 + n³/3 ends for a nilpotent n.
    const expected = build(4, 4, (i, j) => (j > i ? [0, 1, -1 / 2, 1 / 3][j - i]! : 0));
    // 2^s·eps with s = 3 roots.
    expect(distance(logm(jordan(4, 1, 0), 4), expected)).toBeLessThanOrEqual(16 * eps);
  });

  test("logm keeps a logarithm near zero relatively exact", () => {
    // A diagonal of 1 + tiny: the logarithm is log1p, not zero.
    const a = identity(3);
    a[0] = 1 + 2 ** -40;
    expect(logm(a, 3)[0]! / Math.log1p(2 ** -40) - 1).toBeCloseTo(0, 15);
  });

  test("sqrtm of a covariance is psdSqrt", () => {
    const g = gaussian(12, 12, 9);
    const a = new Float64Array(144);
    matMulNT(g, g, 12, 12, 12, a);
    // Two independent algorithms; the condition of the root is (λ_max/λ_min)^½, below 1e3 here.
    expect(distance(sqrtm(a, 12), psdSqrt(a, 12).sqrt)).toBeLessThanOrEqual(1e-12 * frobeniusNorm(a));
  });

  test("against SciPy (goldens-functions.py)", () => {
    const { d } = goldens;
    const a = Float64Array.from(goldens.general, (value, k) => value + (k % (d + 1) === 0 ? 4 : 0));
    // Conditions below 100, times d·eps of both sides.
    expect(distance(sqrtm(a, d), Float64Array.from(goldens.sqrtm))).toBeLessThanOrEqual(1e-13);
    expect(distance(logm(a, d), Float64Array.from(goldens.logm))).toBeLessThanOrEqual(1e-13);
  });
});

describe("expm over all degrees and far from normal", () => {
  test("e^{a} is the square of e^{a/2}, through every degree and number of squarings", () => {
    const d = 10;
    const g = gaussian(d, d, 12);
    for (let power = -14; power <= 5; power += 0.5) {
      const a = g.map((value) => (value * 2 ** power) / d);
      const half = expm(
        a.map((value) => value / 2),
        d,
      );
      const whole = expm(a, d);
      // Each is accurate to ‖a‖·eps of its own norm, and squaring doubles that.
      const bound = 1e-14 * Math.max(1, frobeniusNorm(a)) * frobeniusNorm(half) ** 2;
      expect(distance(times(half, half, d, d, d), whole)).toBeLessThanOrEqual(bound);
    }
  });

  test("a large nilpotent part costs no squarings and no accuracy", () => {
    // e^{[[1, b], [0, −1]]} = [[e, b·sinh 1], [0, 1/e]].
    const b = 1e6;
    const result = expm(Float64Array.of(1, b, 0, -1), 2);
    expect(result[0]! / Math.E - 1).toBeCloseTo(0, 13);
    expect(result[1]! / (b * Math.sinh(1)) - 1).toBeCloseTo(0, 13);
    expect(result[3]! * Math.E - 1).toBeCloseTo(0, 13);
  });
});

describe("laws", () => {
  test("logm inverts expm inside the principal strip; sqrtm is exp of half the logarithm", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 0, max: 2 ** 31 }), (d, seed) => {
        // Gaussian over √d: spectral radius about 1, imaginary parts well below π.
        const x = gaussian(d, d, seed).map((value) => value / Math.sqrt(d) / 1.5);
        const a = expm(x, d);
        const norms =
          frobeniusNorm(a) *
          frobeniusNorm(
            expm(
              x.map((value) => -value),
              d,
            ),
          );
        // The relative condition of the logarithm is at most about the condition number of e^x.
        expect(distance(logm(a, d), x)).toBeLessThanOrEqual(1e-14 * norms * d);
        const half = expm(
          x.map((value) => value / 2),
          d,
        );
        expect(distance(sqrtm(a, d), half)).toBeLessThanOrEqual(1e-14 * norms * d);
      }),
      { seed: 20240607, numRuns: 60 },
    );
  });

  test("the closed negative axis is refused", () => {
    const negative = Float64Array.of(2, 1, 0, -1);
    expect(() => sqrtm(negative, 2)).toThrow(InputError);
    expect(() => logm(negative, 2)).toThrow(InputError);
    expect(() => logm(negative, 2)).toThrow(/negative real axis/);
    const singular = Float64Array.of(1, 1, 1, 1);
    expect(() => sqrtm(Float64Array.of(1, 0, 0, 0), 2)).toThrow(SolveError);
    expect(() => logm(new Float64Array(9), 3)).toThrow(/eigenvalue 0/);
    // Rounding decides on which side of zero the eigenvalue falls; a result must then satisfy its equation.
    expect(() => sqrtm(singular, 2)).toThrow();
  });
});
