import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { badlyScaled, build, graded, jordan } from "../../../test/helpers/matrices.js";
import { InputError } from "../errors/index.js";
import { stream } from "../random/index.js";
import goldens from "./goldens-functions.json" with { type: "json" };
import { type Eigen, eigen, frobeniusNorm, identity, transpose } from "./index.js";

function gaussian(d: number, seed: number): Float64Array {
  const out = new Float64Array(d * d);
  stream({ seed, purpose: "test" }).fillNormal(out);
  return out;
}

/** The complex vector of eigenvalue j out of the real storage. */
function vectorOf(e: Eigen, vectors: Float64Array, j: number): { re: Float64Array; im: Float64Array } {
  const d = e.re.length;
  const column = (k: number, sign: number): Float64Array =>
    Float64Array.from({ length: d }, (_, i) => sign * vectors[i * d + k]!);
  if (e.im[j] === 0) return { re: column(j, 1), im: new Float64Array(d) };
  return e.im[j]! > 0 ? { re: column(j, 1), im: column(j + 1, 1) } : { re: column(j - 1, 1), im: column(j, -1) };
}

/** ‖a·x − λ·x‖ for each j, the vectors being of norm 1. */
function residuals(a: Float64Array, e: Eigen, vectors: Float64Array, conjugate: boolean): number[] {
  const d = e.re.length;
  return Array.from({ length: d }, (_, j) => {
    const { re, im } = vectorOf(e, vectors, j);
    expect(Math.hypot(...re, ...im)).toBeCloseTo(1, 12);
    const wi = conjugate ? -e.im[j]! : e.im[j]!;
    let sum = 0;
    for (let i = 0; i < d; i++) {
      let x = -(e.re[j]! * re[i]! - wi * im[i]!);
      let y = -(e.re[j]! * im[i]! + wi * re[i]!);
      for (let k = 0; k < d; k++) {
        x += a[i * d + k]! * re[k]!;
        y += a[i * d + k]! * im[k]!;
      }
      sum = Math.hypot(sum, x, y);
    }
    return sum;
  });
}

function check(a: Float64Array, d: number, bound: number): void {
  const e = eigen(a, d, { left: true });
  const limit = bound * frobeniusNorm(a);
  for (const residual of residuals(a, e, e.vectors, false)) expect(residual).toBeLessThanOrEqual(limit);
  // yᴴ·a = λ·yᴴ is aᵀ·y = conj(λ)·y.
  for (const residual of residuals(transpose(a, d, d), e, e.leftVectors!, true))
    expect(residual).toBeLessThanOrEqual(limit);
}

describe("eigen", () => {
  const hard: [string, number, Float64Array][] = [
    ["one", 1, Float64Array.of(-3)],
    ["zero", 4, new Float64Array(16)],
    ["identity", 4, identity(4)],
    ["rotation", 2, Float64Array.of(0, -1, 1, 0)],
    ["Jordan block", 6, jordan(6, 1, 0)],
    ["Jordan + 1e-12", 6, jordan(6, 1, 1e-12)],
    ["nilpotent", 30, jordan(30, 0, 0)],
    ["cyclic permutation", 9, jordan(9, 0, 1)],
    ["graded", 10, graded(gaussian(10, 1), 10)],
    ["huge", 6, gaussian(6, 2).map((x) => x * 1e200)],
    ["tiny", 6, gaussian(6, 3).map((x) => x * 1e-200)],
    ["two equal pairs", 4, build(4, 4, (i, j) => [0, -1, 5, 7, 1, 0, 3, 2, 0, 0, 0, -1, 0, 0, 1, 0][4 * i + j]!)],
    ["random 64", 64, gaussian(64, 4)],
  ];
  test.each(hard)("%s: a·x = λ·x and yᴴ·a = λ·yᴴ", (_name, d, a) => {
    // Backward error of the Schur form, d^½ and a small factor.
    check(a, d, 1e-13);
  });

  test("nearly a multiple of the identity: the iteration keeps the small differences", () => {
    for (const size of [1e-4, 1e-9, 1e-13, 1e-15]) {
      const a = gaussian(6, 8).map((value, k) => size * value + (k % 7 === 0 ? 1 : 0));
      check(a, 6, 1e-14);
    }
  });

  test("random matrices", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 2 ** 31 }), (d, seed) => {
        check(gaussian(d, seed), d, 1e-13);
      }),
      { seed: 20240607, numRuns: 60 },
    );
  });

  test("left and right vectors of different eigenvalues are orthogonal", () => {
    const d = 12;
    const a = gaussian(d, 5);
    const e = eigen(a, d, { left: true });
    for (let i = 0; i < d; i++) {
      const y = vectorOf(e, e.leftVectors!, i);
      for (let j = 0; j < d; j++) {
        const x = vectorOf(e, e.vectors, j);
        let [re, im] = [0, 0];
        for (let k = 0; k < d; k++) {
          re += y.re[k]! * x.re[k]! + y.im[k]! * x.im[k]!;
          im += y.re[k]! * x.im[k]! - y.im[k]! * x.re[k]!;
        }
        // |λ_i − λ_j| times the product is the rounding of the residuals; the gaps here are above 0.01.
        if (i !== j) expect(Math.hypot(re, im)).toBeLessThanOrEqual(1e-11);
        else expect(Math.hypot(re, im)).toBeGreaterThan(1e-3);
      }
    }
  });

  test("a badly scaled matrix: residual in the scaled norm", () => {
    const d = 8;
    const a = badlyScaled(gaussian(d, 6), d, 10);
    const e = eigen(a, d);
    for (let j = 0; j < d; j++) {
      const { re, im } = vectorOf(e, e.vectors, j);
      for (let i = 0; i < d; i++) {
        let [x, y, size] = [0, 0, 0];
        for (let k = 0; k < d; k++) {
          x += a[i * d + k]! * re[k]!;
          y += a[i * d + k]! * im[k]!;
          size += Math.abs(a[i * d + k]!) * Math.hypot(re[k]!, im[k]!);
        }
        x -= e.re[j]! * re[i]! - e.im[j]! * im[i]!;
        y -= e.re[j]! * im[i]! + e.im[j]! * re[i]!;
        // Balancing makes the error relative to each row, however small its vector entry is.
        expect(Math.hypot(x, y)).toBeLessThanOrEqual(1e-12 * size);
      }
    }
  });

  test("LAPACK, refusals", () => {
    const { d } = goldens;
    const { re, im } = eigen(Float64Array.from(goldens.plant), d);
    for (const [x, y] of goldens.plantEigenvalues) {
      // Eigenvalue condition numbers below 100.
      expect(Math.min(...Array.from(re, (value, k) => Math.hypot(value - x!, im[k]! - y!)))).toBeLessThanOrEqual(1e-13);
    }
    expect(() => eigen(Float64Array.of(1, 2, Number.NaN, 3), 2)).toThrow(InputError);
    expect(eigen(new Float64Array(0), 0).vectors.length).toBe(0);
  });
});
