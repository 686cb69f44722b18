import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { distance, gaussian, jordan, times } from "../../../test/helpers/matrices.js";
import { InputError, SolveError } from "../errors/index.js";
import goldens from "./goldens-functions.json" with { type: "json" };
import {
  care,
  discreteLyapunov,
  eigenvalues,
  frobeniusNorm,
  identity,
  lyapunov,
  matMulNT,
  maxAbs,
  solveLinear,
  sylvester,
  symmetricEigenvalues,
  symmetrize,
  transpose,
} from "./index.js";

const cases = { seed: 20240607, numRuns: 80 };
const sizes = fc.integer({ min: 1, max: 20 });
const seeds = fc.integer({ min: 0, max: 2 ** 31 });

/** The Kronecker system I⊗a + bᵀ⊗I solved densely: the slow, obvious way. */
function sylvesterByKronecker(a: Float64Array, b: Float64Array, c: Float64Array, m: number, n: number): Float64Array {
  const size = m * n;
  const system = new Float64Array(size * size);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const row = i * n + j;
      for (let k = 0; k < m; k++) system[row * size + k * n + j]! += a[i * m + k]!;
      for (let k = 0; k < n; k++) system[row * size + i * n + k]! += b[k * n + j]!;
    }
  }
  return solveLinear(system, c, size, 1);
}

describe("sylvester", () => {
  test("residual, any shapes", () => {
    fc.assert(
      fc.property(sizes, sizes, seeds, (m, n, seed) => {
        const [a, b, c] = [gaussian(m, m, seed), gaussian(n, n, seed + 1), gaussian(m, n, seed + 2)];
        const x = sylvester(a, b, c, m, n);
        const [left, right] = [times(a, x, m, m, n), times(x, b, m, n, n)];
        const bound = 1e-13 * (frobeniusNorm(a) + frobeniusNorm(b)) * frobeniusNorm(x);
        // Backward stable relative to ‖x‖ even when two eigenvalues nearly cancel.
        expect(
          distance(
            left.map((value, k) => value + right[k]!),
            c,
          ),
        ).toBeLessThanOrEqual(bound);
      }),
      cases,
    );
  });

  test("the Kronecker system and SciPy agree", () => {
    const { d } = goldens;
    const a = Float64Array.from(goldens.general, (value, k) => value + (k % (d + 1) === 0 ? 4 : 0));
    const [b, c] = [Float64Array.from(goldens.b), Float64Array.from(goldens.right)];
    const x = sylvester(a, b, c, d, d);
    // Condition of the equation below 1e3, times eps.
    expect(distance(x, Float64Array.from(goldens.sylvester))).toBeLessThanOrEqual(1e-12);
    expect(distance(x, sylvesterByKronecker(a, b, c, d, d))).toBeLessThanOrEqual(1e-12);
    const wide = sylvester(a, Float64Array.of(9), c.slice(0, d), d, 1);
    expect(distance(wide, sylvesterByKronecker(a, Float64Array.of(9), c.slice(0, d), d, 1))).toBeLessThanOrEqual(1e-13);
    expect(sylvester(a, new Float64Array(0), new Float64Array(0), d, 0).length).toBe(0);
  });

  test("a common eigenvalue of a and −b is refused; near-defective coefficients are not", () => {
    expect(() => sylvester(Float64Array.of(3), Float64Array.of(-3), Float64Array.of(1), 1, 1)).toThrow(SolveError);
    const a = jordan(6, 2, 1e-12);
    const x = sylvester(a, a, identity(6), 6, 6);
    const residual = times(a, x, 6, 6, 6).map((value, k) => value + times(x, a, 6, 6, 6)[k]!);
    expect(distance(residual, identity(6))).toBeLessThanOrEqual(1e-13 * frobeniusNorm(a) * frobeniusNorm(x));
  });
});

describe("discreteLyapunov", () => {
  test("residual and symmetry", () => {
    fc.assert(
      fc.property(sizes, seeds, (d, seed) => {
        const a = gaussian(d, d, seed).map((value) => value * 0.8);
        const q = gaussian(d, d, seed + 1);
        symmetrize(q, d);
        const x = discreteLyapunov(a, q, d);
        const image = new Float64Array(d * d);
        matMulNT(times(a, x, d, d, d), a, d, d, d, image);
        const residual = image.map((value, k) => value - x[k]! + q[k]!);
        // Backward stable in the coefficients of the Stein operator.
        expect(maxAbs(residual)).toBeLessThanOrEqual(1e-13 * (1 + frobeniusNorm(a) ** 2) * frobeniusNorm(x));
      }),
      cases,
    );
  });

  test("the series Σ aᵏ·q·(aᵏ)ᵀ of a contraction, and SciPy", () => {
    const { d } = goldens;
    const a = Float64Array.from(goldens.general, (value) => value / 6);
    const q = Float64Array.from(goldens.right);
    let term = q.slice();
    const sum = q.slice();
    for (let k = 0; k < 400; k++) {
      const next = new Float64Array(d * d);
      matMulNT(times(a, term, d, d, d), a, d, d, d, next);
      term = next;
      for (let l = 0; l < d * d; l++) sum[l]! += term[l]!;
    }
    const x = discreteLyapunov(a, q, d);
    // The radius is below 0.9, so the rest of the series is below eps; conditions below 100.
    expect(distance(x, sum)).toBeLessThanOrEqual(1e-13 * frobeniusNorm(x));
    expect(distance(x, Float64Array.from(goldens.discreteLyapunov))).toBeLessThanOrEqual(1e-13 * frobeniusNorm(x));
  });

  test("λ_i·λ_j = 1 is refused", () => {
    expect(() => discreteLyapunov(Float64Array.of(2, 0, 0, 0.5), identity(2), 2)).toThrow(SolveError);
    expect(() => discreteLyapunov(Float64Array.of(0, -1, 1, 0), identity(2), 2)).toThrow(/product 1/);
    expect(discreteLyapunov(Float64Array.of(0.5), Float64Array.of(3), 1)[0]).toBeCloseTo(4, 14);
  });
});

describe("care", () => {
  test("residual, symmetry, stability, and X ⪰ 0 when q ⪰ 0", () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 4 }), seeds, (d, m, seed) => {
        const [a, b, h] = [gaussian(d, d, seed), gaussian(d, m, seed + 1), gaussian(d, d, seed + 2)];
        const q = new Float64Array(d * d);
        matMulNT(h, h, d, d, d, q);
        const r = identity(m);
        const { x, gain, residual } = care(a, b, q, r, d, m);
        const size = frobeniusNorm(x);
        const g = new Float64Array(d * d);
        matMulNT(b, b, d, m, d, g);
        const scale = 2 * frobeniusNorm(a) * size + frobeniusNorm(g) * size * size + frobeniusNorm(q);
        // Newton's steps end at rounding of the terms they cancel.
        expect(residual).toBeLessThanOrEqual(1e-12 * scale);
        expect(distance(x, transpose(x, d, d))).toBe(0);
        const bk = times(b, gain, d, m, d);
        const closed = a.map((value, k) => value - bk[k]!);
        expect(Math.max(...eigenvalues(closed, d).re)).toBeLessThan(0);
        // λ_min of a positive definite solution, up to rounding of its norm.
        expect(symmetricEigenvalues(x, d)[0]!).toBeGreaterThan(-1e-12 * size);
      }),
      cases,
    );
  });

  test("scalar formula, a stable plant without cost, SciPy", () => {
    // x² − 2ax − q = 0 for b = r = 1: the larger root.
    const scalar = care(Float64Array.of(0.5), Float64Array.of(1), Float64Array.of(2), Float64Array.of(1), 1, 1);
    expect(scalar.x[0]).toBeCloseTo(0.5 + 1.5, 14);
    const none = care(Float64Array.of(-1), Float64Array.of(1), Float64Array.of(0), Float64Array.of(1), 1, 1);
    expect(Math.abs(none.x[0]!)).toBeLessThanOrEqual(1e-15);
    const { d } = goldens;
    const q = Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? [1, 2, 0, 0.5, 1][k / (d + 1)]! : 0));
    const { x } = care(
      Float64Array.from(goldens.plant),
      Float64Array.from(goldens.control),
      q,
      Float64Array.from(goldens.penalty),
      d,
      2,
    );
    const expected = Float64Array.from(goldens.care);
    // Condition below 1e3 for this equation.
    expect(distance(x, expected)).toBeLessThanOrEqual(1e-12 * frobeniusNorm(expected));
  });

  test("without control X is the Lyapunov solution", () => {
    const d = 6;
    const a = gaussian(d, d, 3).map((value, k) => value - (k % (d + 1) === 0 ? 6 : 0));
    const q = identity(d);
    const { x } = care(a, new Float64Array(d), q, Float64Array.of(1), d, 1);
    const expected = lyapunov(
      transpose(a, d, d),
      q.map((value) => -value),
      d,
    );
    // Both are backward stable and the shift by 6 keeps the condition small.
    expect(distance(x, expected)).toBeLessThanOrEqual(1e-13);
  });

  test("no stabilising solution: a typed error", () => {
    const one = Float64Array.of(1);
    // An unstable mode that no control reaches; a mode on the imaginary axis that no cost sees.
    expect(() => care(one, Float64Array.of(0), one, one, 1, 1)).toThrow(SolveError);
    expect(() => care(Float64Array.of(0), one, Float64Array.of(0), one, 1, 1)).toThrow(SolveError);
    const rotation = Float64Array.of(0, 1, -1, 0);
    expect(() => care(rotation, new Float64Array(2), identity(2), one, 2, 1)).toThrow(SolveError);
    expect(() => care(one, one, one, Float64Array.of(-1), 1, 1)).toThrow(SolveError);
    expect(() => care(identity(2), new Float64Array(2), Float64Array.of(1, 2, 0, 1), one, 2, 1)).toThrow(InputError);
    expect(care(new Float64Array(0), new Float64Array(0), new Float64Array(0), one, 0, 1).x.length).toBe(0);
  });
});
