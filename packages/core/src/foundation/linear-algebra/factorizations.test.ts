import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  badlyScaled,
  build,
  defect,
  distance,
  gaussian,
  graded,
  hilbert,
  jordan,
  kahan,
  times,
} from "../../../test/helpers/matrices.js";
import { InputError, SolveError } from "../errors/index.js";
import goldens from "./goldens-functions.json" with { type: "json" };
import {
  frobeniusNorm,
  identity,
  isSymmetric,
  matMulNT,
  pivotedCholesky,
  pivotedQr,
  psdPseudoInverse,
  solveTriangular,
  svd,
  symmetricEigen,
  symmetricEigenvalues,
  symmetricRankUpdate,
  transpose,
} from "./index.js";

const eps = Number.EPSILON;

const cases = { seed: 20240607, numRuns: 80 };
const sizes = fc.integer({ min: 1, max: 24 });
const seeds = fc.integer({ min: 0, max: 2 ** 31 });

function gram(g: Float64Array, d: number, k: number): Float64Array {
  const out = new Float64Array(d * d);
  matMulNT(g, g, d, k, d, out);
  return out;
}

describe("symmetricRankUpdate", () => {
  test("with alpha = 1 and beta = 0 has the bits of the general product", () => {
    fc.assert(
      fc.property(sizes, sizes, seeds, (d, k, seed) => {
        const a = gaussian(d, k, seed);
        const product = new Float64Array(d * d).fill(Number.NaN);
        symmetricRankUpdate(a, d, k, 1, 0, product);
        expect(product).toEqual(gram(a, d, k));
        expect(isSymmetric(product, d, 0)).toBe(true);
      }),
      cases,
    );
  });
});

describe("solveTriangular", () => {
  test.each([
    ["lower", false],
    ["lower", true],
    ["upper", false],
    ["upper", true],
  ] as const)("%s, transposed %s: the residual row by row", (triangle, transposed) => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 0, max: 5 }), seeds, (d, columns, seed) => {
        const full = gaussian(d, d, seed).map((value, k) => value + (k % (d + 1) === 0 ? Math.sign(value) * 2 : 0));
        const b = gaussian(d, columns, seed + 1);
        const x = solveTriangular(full, b, d, columns, { triangle, transposed });
        const t = full.map((value, k) =>
          k % d <= Math.floor(k / d) === (triangle === "lower") || k % (d + 1) === 0 ? value : 0,
        );
        const operator = transposed ? transpose(t, d, d) : t;
        const size = times(operator.map(Math.abs), x.map(Math.abs), d, d, columns);
        const residual = times(operator, x, d, d, columns);
        // Substitution is backward stable entry by entry.
        for (let k = 0; k < residual.length; k++) {
          expect(Math.abs(residual[k]! - b[k]!)).toBeLessThanOrEqual(2 * (d + 1) * eps * size[k]!);
        }
      }),
      cases,
    );
  });

  test("a zero on the diagonal and an overflow are refused", () => {
    const options = { triangle: "upper" } as const;
    expect(() => solveTriangular(Float64Array.of(1, 1, 0, 0), Float64Array.of(1, 1), 2, 1, options)).toThrow(
      SolveError,
    );
    expect(() => solveTriangular(Float64Array.of(1e-300), Float64Array.of(1e300), 1, 1, options)).toThrow(
      /floating point/,
    );
    expect(() => solveTriangular(Float64Array.of(Number.NaN), Float64Array.of(1), 1, 1, options)).toThrow(InputError);
    expect(solveTriangular(new Float64Array(0), new Float64Array(0), 0, 3, options).length).toBe(0);
  });
});

describe("pivotedCholesky", () => {
  test("Pᵀ·a·P = L·Lᵀ at the rank of the factor that made a", () => {
    fc.assert(
      fc.property(sizes, sizes, seeds, (d, k, seed) => {
        const a = gram(gaussian(d, k, seed), d, k);
        // The spectrum of a Gaussian Gram matrix reaches 1e-6 of its norm here; far above this tolerance.
        const { lower, permutation, rank } = pivotedCholesky(a, d, { rankTolerance: 1e-12 });
        expect(rank).toBe(Math.min(d, k));
        const permuted = build(d, d, (i, j) => a[permutation[i]! * d + permutation[j]!]!);
        const back = gram(lower, d, rank);
        expect(distance(back, permuted)).toBeLessThanOrEqual(10 * d * (eps + 1e-12) * frobeniusNorm(a));
        for (let i = 1; i < rank; i++) {
          expect(lower[i * rank + i]).toBeLessThanOrEqual(lower[(i - 1) * rank + i - 1]! * (1 + 1e-12));
        }
      }),
      cases,
    );
  });

  test("Hilbert 12, zero, indefinite", () => {
    const { lower, permutation, rank } = pivotedCholesky(hilbert(12), 12);
    const permuted = build(12, 12, (i, j) => hilbert(12)[permutation[i]! * 12 + permutation[j]!]!);
    expect(distance(gram(lower, 12, rank), permuted)).toBeLessThanOrEqual(100 * 12 * eps);
    expect(pivotedCholesky(new Float64Array(9), 3).rank).toBe(0);
    expect(pivotedCholesky(new Float64Array(0), 0).rank).toBe(0);
    expect(() => pivotedCholesky(Float64Array.of(1, 2, 2, 1), 2)).toThrow(SolveError);
    expect(() => pivotedCholesky(Float64Array.of(-1), 1)).toThrow(SolveError);
    expect(() => pivotedCholesky(identity(2), 2, { rankTolerance: 1 })).toThrow(InputError);
  });
});

describe("pivotedQr", () => {
  test("a·P = q·r at the rank of the product that made a", () => {
    fc.assert(
      fc.property(sizes, sizes, sizes, seeds, (m, n, k, seed) => {
        const a = times(gaussian(m, k, seed), gaussian(k, n, seed + 1), m, k, n);
        const { q, r, permutation, rank } = pivotedQr(a, m, n, { rankTolerance: 1e-10 });
        expect(rank).toBe(Math.min(m, n, k));
        const permuted = build(m, n, (i, j) => a[i * n + permutation[j]!]!);
        // 1e-10 of the longest column is what the tolerance drops.
        expect(distance(times(q, r, m, rank, n), permuted)).toBeLessThanOrEqual(n * 1e-10 * frobeniusNorm(a));
        expect(defect(q, m, rank)).toBeLessThanOrEqual(10 * (rank + 1) * eps);
        const full = pivotedQr(a, m, n, { rankTolerance: 0 });
        const back = times(full.q, full.r, m, full.rank, n);
        const order = build(m, n, (i, j) => a[i * n + full.permutation[j]!]!);
        expect(distance(back, order)).toBeLessThanOrEqual(10 * n * eps * frobeniusNorm(a));
      }),
      cases,
    );
  });

  test("the pivots of LAPACK; Kahan 90 hides a small singular value from r", () => {
    const { d } = goldens;
    expect([...pivotedQr(Float64Array.from(goldens.plant), d, d, { rankTolerance: 0 }).permutation]).toEqual(
      goldens.pivots,
    );
    // Columns shortened in order by a little more than rounding, so that nothing is swapped.
    const a = kahan(90).map((value, k) => value * (1 + 1e3 * eps * (90 - (k % 90))));
    const { r, rank } = pivotedQr(a, 90, 90);
    const { s } = svd(a, 90, 90);
    expect(rank).toBe(90);
    // The well-known failure: |r_nn| overestimates the smallest singular value by far more than n.
    expect(r[89 * 90 + 89]! / s[89]!).toBeGreaterThan(1e3);
    expect(pivotedQr(new Float64Array(6), 2, 3).rank).toBe(0);
  });
});

describe("svd beyond the size of Jacobi's rotations", () => {
  const hard: [string, number, number, Float64Array][] = [
    ["Kahan 90", 90, 90, kahan(90)],
    ["Hilbert 20", 20, 20, hilbert(20)],
    ["graded", 40, 40, graded(gaussian(40, 40, 1), 40)],
    ["graded upwards", 40, 40, graded(gaussian(40, 40, 1), 40).reverse()],
    ["badly scaled", 30, 30, badlyScaled(gaussian(30, 30, 2), 30, 8)],
    ["Jordan block at 0", 25, 25, jordan(25, 0, 0)],
    ["Jordan + 1e-12", 25, 25, jordan(25, 1, 1e-12)],
    ["rank 5", 33, 21, times(gaussian(33, 5, 3), gaussian(5, 21, 4), 33, 5, 21)],
    ["zero", 17, 17, new Float64Array(289)],
    ["identity", 40, 40, identity(40)],
    ["zero rows and columns", 20, 20, gaussian(20, 20, 5).map((x, k) => (k % 20 === 7 || k < 60 ? 0 : x))],
    ["tall 60×30", 60, 30, gaussian(60, 30, 6)],
    ["100", 100, 100, gaussian(100, 100, 7)],
    ["huge", 20, 20, gaussian(20, 20, 8).map((x) => x * 1e200)],
    ["tiny", 20, 20, gaussian(20, 20, 9).map((x) => x * 1e-300)],
  ];
  test.each(hard)("%s: a = u·s·vᵀ, orthonormal", (_name, m, n, a) => {
    const r = Math.min(m, n);
    const { u, s, v } = svd(a, m, n);
    expect([...s]).toEqual([...s].sort((x, y) => y - x));
    const back = new Float64Array(m * n);
    matMulNT(
      u.map((value, k) => value * s[k % r]!),
      v,
      m,
      r,
      n,
      back,
    );
    // Backward stable: reflections and rotations, a few eps each, adding like a root.
    expect(distance(back, a)).toBeLessThanOrEqual(1e-14 * frobeniusNorm(a));
    expect(Math.max(defect(u, m, r), defect(v, n, r))).toBeLessThanOrEqual(1e-13);
  });

  test("squared singular values are the eigenvalues of aᵀa", () => {
    const d = 50;
    const a = gaussian(d, d, 10);
    const { s } = svd(a, d, d);
    const values = symmetricEigenvalues(gram(transpose(a, d, d), d, d), d).reverse();
    // Forming aᵀa costs d·eps of its norm.
    expect(
      distance(
        s.map((x) => x * x),
        values,
      ),
    ).toBeLessThanOrEqual(d * eps * s[0]! ** 2);
  });
});

describe("symmetric eigenvalues alone, and pseudo-inverse", () => {
  test("the values of symmetricEigen", () => {
    fc.assert(
      fc.property(sizes, seeds, (d, seed) => {
        const a = gram(gaussian(d, d, seed), d, d);
        // The same tridiagonal matrix and the same shifts.
        expect(distance(symmetricEigenvalues(a, d), symmetricEigen(a, d).values)).toBeLessThanOrEqual(
          eps * frobeniusNorm(a),
        );
      }),
      cases,
    );
  });

  test("psdPseudoInverse satisfies the four Moore–Penrose equations", () => {
    fc.assert(
      fc.property(sizes, sizes, seeds, (d, k, seed) => {
        const a = gram(gaussian(d, k, seed), d, k);
        const { inverse, rank } = psdPseudoInverse(a, d, { rankTolerance: 1e-11 });
        expect(rank).toBe(Math.min(d, k));
        const product = times(a, inverse, d, d, d);
        const condition = frobeniusNorm(a) * frobeniusNorm(inverse);
        // The first and second equation lose the condition number in eps.
        expect(distance(times(product, a, d, d, d), a)).toBeLessThanOrEqual(1e-14 * d * condition * frobeniusNorm(a));
        expect(distance(times(inverse, product, d, d, d), inverse)).toBeLessThanOrEqual(
          1e-14 * d * condition * frobeniusNorm(inverse),
        );
        expect(distance(product, transpose(product, d, d))).toBeLessThanOrEqual(1e-14 * d * condition);
        expect(isSymmetric(inverse, d, 0)).toBe(true);
      }),
      cases,
    );
    expect(() => psdPseudoInverse(Float64Array.of(-1), 1)).toThrow(InputError);
    expect(psdPseudoInverse(new Float64Array(4), 2)).toEqual({ inverse: new Float64Array(4), rank: 0 });
  });
});
