import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defect, distance, gaussian, times } from "../../../test/helpers/matrices.js";
import { SolveError } from "../errors/index.js";
import goldens from "./goldens.json" with { type: "json" };
import {
  cholesky,
  eigenvalues,
  expm,
  frobeniusNorm,
  identity,
  inverse,
  logAbsDet,
  luFactor,
  lyapunov,
  matMulNT,
  matMulTN,
  matVec,
  maxAbs,
  psdSqrt,
  qr,
  realSchur,
  solveLinear,
  svd,
  symmetricEigen,
  symmetrize,
  trace,
  transpose,
} from "./index.js";

const eps = Number.EPSILON;

function build(m: number, n: number, entry: (i: number, j: number) => number): Float64Array {
  return Float64Array.from({ length: m * n }, (_, k) => entry(Math.floor(k / n), k % n));
}

function scaleColumns(a: Float64Array, s: Float64Array): Float64Array {
  return a.map((value, k) => value * s[k % s.length]!);
}

function symmetric(d: number, seed: number): Float64Array {
  const a = gaussian(d, d, seed);
  symmetrize(a, d);
  return a;
}

const hilbert = (d: number): Float64Array => build(d, d, (i, j) => 1 / (i + j + 1));

/** Symmetric, its diagonal falling (direction 1) or rising (−1) by 16 orders of magnitude. */
function graded(d: number, direction: 1 | -1): Float64Array {
  const g = symmetric(d, 11);
  const weight = (i: number): number => 10 ** ((-8 * (direction === 1 ? i : d - 1 - i)) / (d - 1));
  return build(d, d, (i, j) => g[i * d + j]! * weight(i) * weight(j));
}

/** A Jordan block at 1 with `corner` in the lower left: eigenvalues 1 + corner^{1/d}·(roots of unity). */
const jordan = (d: number, corner: number): Float64Array =>
  build(d, d, (i, j) => (i === j || j === i + 1 ? 1 : i === d - 1 && j === 0 ? corner : 0));

const hard: [string, number, Float64Array][] = [
  ["empty", 0, new Float64Array(0)],
  ["one", 1, Float64Array.of(-3)],
  ["zero", 5, new Float64Array(25)],
  ["identity", 4, identity(4)],
  ["all ones", 7, new Float64Array(49).fill(1)],
  ["Hilbert 12", 12, hilbert(12)],
  ["graded falling", 10, graded(10, 1)],
  ["graded rising", 10, graded(10, -1)],
  ["Jordan + 1e-12", 8, jordan(8, 1e-12)],
  ["nilpotent", 6, build(6, 6, (i, j) => (j === i + 1 ? 1 : 0))],
  ["cyclic permutation", 8, build(8, 8, (i, j) => ((i + 1) % 8 === j ? 1 : 0))],
  ["rotation", 2, Float64Array.of(0, -1, 1, 0)],
  ["huge", 6, gaussian(6, 6, 1).map((x) => x * 1e200)],
  ["tiny", 6, gaussian(6, 6, 2).map((x) => x * 1e-200)],
  ["badly scaled", 5, build(5, 5, (i, j) => (i + 2 * j + 1) * 10 ** (6 * (i - j)))],
  ["random 20", 20, gaussian(20, 20, 3)],
  ["random 64", 64, gaussian(64, 64, 4)],
];

describe.each(hard)("%s: residual and orthogonality", (_name, d, a) => {
  const size = frobeniusNorm(a);

  test("symmetricEigen", () => {
    const s = a.slice();
    symmetrize(s, d);
    const { values, vectors } = symmetricEigen(s, d);
    expect([...values]).toEqual([...values].sort((x, y) => x - y));
    // Backward stability: a modest multiple of eps per reflection and rotation.
    expect(distance(times(s, vectors, d, d, d), scaleColumns(vectors, values))).toBeLessThanOrEqual(1e-14 * size);
    expect(defect(vectors, d, d)).toBeLessThanOrEqual(1e-13);
  });

  test("svd", () => {
    const { u, s, v } = svd(a, d, d);
    expect([...s]).toEqual([...s].sort((x, y) => y - x));
    const product = new Float64Array(d * d);
    matMulNT(scaleColumns(u, s), v, d, d, d, product);
    // Columnwise backward stability of Jacobi rotations, 6 to 10 sweeps.
    expect(distance(product, a)).toBeLessThanOrEqual(1e-14 * size);
    expect(Math.max(defect(u, d, d), defect(v, d, d))).toBeLessThanOrEqual(1e-13);
  });

  test("qr", () => {
    const { q, r } = qr(a, d, d);
    // d reflections, each backward stable to a few eps.
    expect(distance(times(q, r, d, d, d), a)).toBeLessThanOrEqual(10 * d * eps * size);
    expect(defect(q, d, d)).toBeLessThanOrEqual(10 * (d + 1) * eps);
    for (let i = 0; i < d; i++) expect(r[i * d + i]).toBeGreaterThanOrEqual(0);
  });

  test("realSchur", () => {
    const { t, q } = realSchur(a, d);
    const product = new Float64Array(d * d);
    matMulNT(times(q, t, d, d, d), q, d, d, d, product);
    // About 3 sweeps of reflections per eigenvalue, errors adding like a root.
    expect(distance(product, a)).toBeLessThanOrEqual(1e-14 * Math.sqrt(d + 1) * size);
    expect(defect(q, d, d)).toBeLessThanOrEqual(1e-13);
    for (let i = 0; i < d; i++) for (let j = 0; j < i - 1; j++) expect(t[i * d + j]).toBe(0);
    for (let i = 0; i + 1 < d; i++) {
      const [p, b, c, e] = [t[i * d + i]!, t[i * d + i + 1]!, t[(i + 1) * d + i]!, t[(i + 1) * d + i + 1]!];
      if (c === 0) continue;
      if (i + 2 < d) expect(t[(i + 2) * d + i + 1]).toBe(0);
      // A remaining 2×2 block has complex eigenvalues; divided by the norm so that squares stay in range.
      expect(((p - e) / size) ** 2 + 4 * (b / size) * (c / size)).toBeLessThan(0);
    }
  });

  test("trace and eigenvalues agree", () => {
    const { re, im } = eigenvalues(a, d);
    const sum = re.reduce((x, y) => x + y, 0);
    // The trace is a sum of d values of size up to the norm.
    expect(Math.abs(sum - trace(a, d))).toBeLessThanOrEqual(1e-14 * Math.sqrt(d + 1) * size);
    expect(im.reduce((x, y) => x + y, 0)).toBe(0);
  });

  test("luFactor", () => {
    const { lu, pivots, sign } = luFactor(a, d);
    const lower = build(d, d, (i, j) => (i === j ? 1 : j < i ? lu[i * d + j]! : 0));
    const upper = build(d, d, (i, j) => (j >= i ? lu[i * d + j]! : 0));
    const permuted = Array.from({ length: d }, (_, i) => i);
    let swaps = 0;
    for (let k = 0; k < d; k++) {
      if (pivots[k] !== k) swaps++;
      [permuted[k], permuted[pivots[k]!]] = [permuted[pivots[k]!]!, permuted[k]!];
    }
    const expected = build(d, d, (i, j) => a[permuted[i]! * d + j]!);
    // d·eps times a growth factor that stays below 10 for these.
    expect(distance(times(lower, upper, d, d, d), expected)).toBeLessThanOrEqual(10 * d * eps * size);
    expect(sign).toBe(swaps % 2 === 0 ? 1 : -1);
    expect(maxAbs(lower)).toBeLessThanOrEqual(1);
  });
});

describe("hard cases with known answers", () => {
  test("Hilbert 12: eigenvalues equal singular values, the smallest to eps·s_max", () => {
    const { values } = symmetricEigen(hilbert(12), 12);
    const { s } = svd(hilbert(12), 12, 12);
    // Absolute accuracy of both: a few eps of the largest, 1.8.
    expect(distance(values.toReversed(), s)).toBeLessThanOrEqual(4e-15);
    expect(s[0]).toBeCloseTo(1.795372059562, 12);
    // det H_8 in closed form; the condition 1.5e10 leaves five digits.
    expect(logAbsDet(hilbert(8), 8).logAbs).toBeCloseTo(Math.log(2.7370501137915e-33), 5);
  });

  test("graded svd keeps relative accuracy of a column scaling", () => {
    const d = 9;
    const { q } = qr(gaussian(d, d, 5), d, d);
    const scales = Float64Array.from({ length: d }, (_, k) => 10 ** (-2 * k));
    // Orthogonal columns times scales: the singular values are the scales, to relative rounding.
    const { s } = svd(scaleColumns(q, scales), d, d);
    for (let k = 0; k < d; k++) expect(Math.abs(s[k]! / scales[k]! - 1)).toBeLessThanOrEqual(1e-13);
  });

  test("near-defective Jordan block: eigenvalues on the circle of radius corner^{1/d}", () => {
    const d = 4;
    const { re, im } = eigenvalues(jordan(d, 1e-12), d);
    for (let k = 0; k < d; k++) {
      // A perturbation of eps in the corner moves the radius 1e-3 by 1e-3·(eps/1e-12)/4 ≈ 6e-8.
      expect(Math.abs(Math.hypot(re[k]! - 1, im[k]!) - 1e-3)).toBeLessThanOrEqual(1e-6);
    }
  });

  test("balancing recovers the spectrum of a badly scaled similar matrix", () => {
    const d = 5;
    const a = symmetric(d, 6);
    const b = build(d, d, (i, j) => a[i * d + j]! * 2 ** (20 * (i - j)));
    // Powers of two scale exactly, so only the rounding of the balanced problem remains.
    expect(distance(eigenvalues(b, d).re.toSorted(), symmetricEigen(a, d).values)).toBeLessThanOrEqual(1e-13);
  });

  test("psdSqrt of a rank-deficient matrix is a Moore–Penrose pair", () => {
    const [d, r] = [6, 2];
    const g = gaussian(d, r, 8);
    const a = new Float64Array(d * d);
    matMulNT(g, g, d, r, d, a);
    const { sqrt, inverseSqrt, rank } = psdSqrt(a, d);
    expect(rank).toBe(r);
    // sqrt has size ‖a‖^½ and d additions of eps each.
    expect(distance(times(sqrt, sqrt, d, d, d), a)).toBeLessThanOrEqual(1e-14 * d * frobeniusNorm(a));
    const projector = times(sqrt, inverseSqrt, d, d, d);
    // A projector of rank 2; the condition of its range, below 10 here, times d·eps.
    expect(distance(times(projector, projector, d, d, d), projector)).toBeLessThanOrEqual(1e-13);
    expect(Math.abs(trace(projector, d) - r)).toBeLessThanOrEqual(1e-13);
  });

  test("expm: rotation, nilpotent, diagonal, overflow", () => {
    const angle = 30;
    // Three squarings of an orthogonal matrix: 8 times the first rounding.
    const rotation = expm(Float64Array.of(0, -angle, angle, 0), 2);
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    expect(distance(rotation, Float64Array.of(c, -s, s, c))).toBeLessThanOrEqual(2e-14);
    // The series of a nilpotent matrix ends: 1, 1, ½, ⅙ along the rows.
    const nilpotent = expm(
      build(4, 4, (i, j) => (j === i + 1 ? 1 : 0)),
      4,
    );
    const exact = build(4, 4, (i, j) => (j >= i ? [1, 1, 1 / 2, 1 / 6][j - i]! : 0));
    expect(distance(nilpotent, exact)).toBeLessThanOrEqual(4 * eps);
    // ‖a‖₁ = 700: relative error of e^a is about ‖a‖·eps.
    expect(expm(Float64Array.of(700), 1)[0]! / Math.exp(700)).toBeCloseTo(1, 12);
    expect(expm(new Float64Array(9), 3)).toEqual(identity(3));
    expect(expm(new Float64Array(0), 0).length).toBe(0);
    expect(() => expm(Float64Array.of(710), 1)).toThrow(SolveError);
  });
});

describe("against LAPACK (goldens.py)", () => {
  const { d } = goldens;
  const a = Float64Array.from(goldens.general);
  const size = frobeniusNorm(a);

  test("spectra", () => {
    const s = a.slice();
    symmetrize(s, d);
    // Both are within 1e-14·‖a‖ of exact for the symmetric problems.
    const bound = 2e-14 * size;
    expect(distance(symmetricEigen(s, d).values, Float64Array.from(goldens.symmetricValues))).toBeLessThan(bound);
    expect(distance(svd(a, d, d).s, Float64Array.from(goldens.singularValues))).toBeLessThan(bound);
    const { re, im } = eigenvalues(a, d);
    for (const [x, y] of goldens.eigenvalues) {
      const gap = Math.min(...Array.from(re, (value, k) => Math.hypot(value - x!, im[k]! - y!)));
      // Eigenvalue condition numbers of this matrix are below 10.
      expect(gap).toBeLessThan(10 * bound);
    }
  });

  test("logAbsDet, expm, lyapunov", () => {
    const { logAbs, sign } = logAbsDet(a, d);
    // Condition number of a, below 1e3, times d·eps.
    expect(Math.abs(logAbs - goldens.logAbsDet)).toBeLessThan(1e-12);
    expect(sign).toBe(goldens.sign);
    const exponential = Float64Array.from(goldens.expm);
    expect(distance(expm(a, d), exponential)).toBeLessThan(1e-14 * size * frobeniusNorm(exponential));
    const stable = build(d, d, (i, j) => a[i * d + j]! - (i === j ? 9 : 0));
    // The equation is well conditioned after the shift by 9.
    const x = lyapunov(stable, Float64Array.from(goldens.right), d);
    expect(distance(x, Float64Array.from(goldens.lyapunov))).toBeLessThan(1e-13);
  });
});

describe("laws on random matrices", () => {
  // A fixed seed: the bounds were checked on 20,000 cases of each law, a failure is a change in the code.
  const cases = { seed: 20240607, numRuns: 100 };
  const sizes = fc.integer({ min: 1, max: 24 });
  const seeds = fc.integer({ min: 0, max: 2 ** 31 });

  test("solveLinear, inverse: backward error", () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 0, max: 4 }), seeds, (d, columns, seed) => {
        const a = gaussian(d, d, seed);
        const b = gaussian(d, columns, seed + 1);
        const x = solveLinear(a, b, d, columns);
        // Backward stability with growth below 10: the residual is relative to ‖a‖·‖x‖, whatever the condition.
        const bound = 10 * d * eps * frobeniusNorm(a) * frobeniusNorm(x);
        expect(distance(times(a, x, d, d, columns), b)).toBeLessThanOrEqual(bound);
        const inverted = inverse(a, d);
        const inverseBound = 10 * d * eps * frobeniusNorm(a) * frobeniusNorm(inverted);
        expect(distance(times(a, inverted, d, d, d), identity(d))).toBeLessThanOrEqual(inverseBound);
      }),
      cases,
    );
  });

  test("tall and wide: qr and svd", () => {
    fc.assert(
      fc.property(sizes, sizes, seeds, (m, n, seed) => {
        const a = gaussian(m, n, seed);
        const r = Math.min(m, n);
        const { u, s, v } = svd(a, m, n);
        const product = new Float64Array(m * n);
        matMulNT(scaleColumns(u, s), v, m, r, n, product);
        // As for the square cases above.
        expect(distance(product, a)).toBeLessThanOrEqual(1e-14 * frobeniusNorm(a));
        expect(Math.max(defect(u, m, r), defect(v, n, r))).toBeLessThanOrEqual(1e-13);
        const tall = m >= n ? a : transpose(a, m, n);
        const factors = qr(tall, Math.max(m, n), r);
        const back = times(factors.q, factors.r, Math.max(m, n), r, r);
        expect(distance(back, tall)).toBeLessThanOrEqual(10 * r * eps * frobeniusNorm(a));
      }),
      cases,
    );
  });

  test("lyapunov: residual, symmetry", () => {
    fc.assert(
      fc.property(sizes, seeds, (d, seed) => {
        const a = gaussian(d, d, seed);
        for (let i = 0; i < d; i++) a[i * d + i]! -= 0.5;
        const q = symmetric(d, seed + 1);
        const x = lyapunov(a, q, d);
        const [left, right] = [times(a, x, d, d, d), new Float64Array(d * d)];
        matMulNT(x, a, d, d, d, right);
        const sum = left.map((value, k) => value + right[k]!);
        // Backward stable: relative to ‖a‖·‖x‖ even when two eigenvalues nearly cancel.
        expect(distance(sum, q)).toBeLessThanOrEqual(1e-13 * frobeniusNorm(a) * frobeniusNorm(x));
      }),
      cases,
    );
  });

  test("cholesky and psdSqrt give back a covariance; expm(a)·expm(−a) = I", () => {
    fc.assert(
      fc.property(sizes, seeds, (d, seed) => {
        const g = gaussian(d, d + 2, seed);
        const a = new Float64Array(d * d);
        matMulNT(g, g, d, d + 2, d, a);
        const lower = cholesky(a, d);
        const back = new Float64Array(d * d);
        matMulNT(lower, lower, d, d, d, back);
        // Backward stability of Cholesky: (d + 1)·eps.
        expect(distance(back, a)).toBeLessThanOrEqual((d + 1) * eps * frobeniusNorm(a));
        const { sqrt } = psdSqrt(a, d);
        expect(distance(times(sqrt, sqrt, d, d, d), a)).toBeLessThanOrEqual(1e-14 * d * frobeniusNorm(a));
        const [plus, minus] = [
          expm(g.subarray(0, d * d), d),
          expm(
            g.subarray(0, d * d).map((x) => -x),
            d,
          ),
        ];
        const bound = 1e-13 * Math.max(1, frobeniusNorm(g)) * frobeniusNorm(plus) * frobeniusNorm(minus);
        // Errors of both factors, each relative to its own norm.
        expect(distance(times(plus, minus, d, d, d), identity(d))).toBeLessThanOrEqual(bound);
      }),
      cases,
    );
  });

  test("the three products and matVec agree", () => {
    fc.assert(
      fc.property(sizes, sizes, sizes, seeds, (m, k, n, seed) => {
        const [a, b] = [gaussian(m, k, seed), gaussian(k, n, seed + 1)];
        const expected = times(a, b, m, k, n);
        const [nt, tn] = [new Float64Array(m * n), new Float64Array(m * n)];
        matMulNT(a, transpose(b, k, n), m, k, n, nt);
        matMulTN(transpose(a, m, k), b, m, k, n, tn);
        // Sums of the same k products, perhaps in another order.
        const bound = k * eps * frobeniusNorm(a) * frobeniusNorm(b);
        expect(Math.max(distance(nt, expected), distance(tn, expected))).toBeLessThanOrEqual(bound);
        const firstColumn = (x: Float64Array): Float64Array => x.filter((_, i) => i % n === 0);
        const column = new Float64Array(m);
        matVec(a, firstColumn(b), m, k, column);
        expect(distance(column, firstColumn(expected))).toBeLessThanOrEqual(bound);
      }),
      cases,
    );
  });
});
