import { beforeAll, describe, expect, test } from "vitest";
import { expm, frobeniusNorm, type LinearAlgebra, maxAbs } from "../../src/foundation/linear-algebra/index.js";
import { flip, normals, positive, product } from "./arrays.js";
import { hardMatrices } from "./hard-matrices.js";
import { linearAlgebraRefusals } from "./linear-algebra-refusals.js";
import { build, hilbert, jordan } from "./matrices.js";

const eps = Number.EPSILON;
const identity = (d: number): Float64Array => build(d, d, (i, j) => (i === j ? 1 : 0));

function distance(a: Float64Array, b: Float64Array): number {
  expect(a.length).toBe(b.length);
  return maxAbs(a.map((value, i) => value - b[i]!));
}

const scaleColumns = (a: Float64Array, s: Float64Array): Float64Array => a.map((value, k) => value * s[k % s.length]!);

/** max |qᵀq − I| of an m×n matrix. */
const defect = (q: Float64Array, m: number, n: number): number =>
  distance(product(flip(q, m, n), q, n, m, n), identity(n));

function expectQr(of: LinearAlgebra, a: Float64Array, m: number, n: number): void {
  const { q, r } = of.qr(a, m, n);
  // n reflections, each backward stable to a few eps.
  expect(distance(product(q, r, m, n, n), a)).toBeLessThanOrEqual(10 * n * eps * frobeniusNorm(a));
  expect(defect(q, m, n)).toBeLessThanOrEqual(10 * (n + 1) * eps);
  for (let i = 0; i < n; i++) {
    expect(r[i * n + i]).toBeGreaterThanOrEqual(0);
    for (let j = 0; j < i; j++) expect(r[i * n + j]).toBe(0);
  }
}

function expectSvd(of: LinearAlgebra, a: Float64Array, m: number, n: number): void {
  const { u, s, v } = of.svd(a, m, n);
  const r = Math.min(m, n);
  expect([...s]).toEqual([...s].sort((x, y) => y - x));
  expect(s[r - 1] ?? 0).toBeGreaterThanOrEqual(0);
  // Backward stable: rotations or reflections of a few eps each, errors adding like a root.
  const bound = 1e-14 * Math.sqrt(r + 1) * frobeniusNorm(a);
  expect(distance(product(scaleColumns(u, s), flip(v, n, r), m, r, n), a)).toBeLessThanOrEqual(bound);
  expect(Math.max(defect(u, m, r), defect(v, n, r))).toBeLessThanOrEqual(1e-13);
}

function expectSymmetricEigen(of: LinearAlgebra, a: Float64Array, d: number): void {
  const s = a.map((value, k) => 0.5 * value + 0.5 * a[(k % d) * d + Math.floor(k / d)]!);
  const { values, vectors } = of.symmetricEigen(a, d);
  expect([...values]).toEqual([...values].sort((x, y) => x - y));
  const bound = 1e-14 * Math.sqrt(d + 1) * frobeniusNorm(a);
  expect(distance(product(s, vectors, d, d, d), scaleColumns(vectors, values))).toBeLessThanOrEqual(bound);
  expect(defect(vectors, d, d)).toBeLessThanOrEqual(1e-13);
}

function expectSchur(of: LinearAlgebra, a: Float64Array, d: number): void {
  const size = frobeniusNorm(a);
  const { t, q } = of.realSchur(a, d);
  // About 3 sweeps of reflections per eigenvalue, errors adding like a root.
  const bound = 1e-14 * Math.sqrt(d + 1) * size;
  expect(distance(product(product(q, t, d, d, d), flip(q, d, d), d, d, d), a)).toBeLessThanOrEqual(bound);
  expect(defect(q, d, d)).toBeLessThanOrEqual(1e-13);
  for (let i = 0; i < d; i++) for (let j = 0; j < i - 1; j++) expect(t[i * d + j]).toBe(0);
  for (let i = 0; i + 1 < d; i++) {
    const [p, b, c, e] = [t[i * d + i]!, t[i * d + i + 1]!, t[(i + 1) * d + i]!, t[(i + 1) * d + i + 1]!];
    if (c === 0) continue;
    if (i + 2 < d) expect(t[(i + 2) * d + i + 1]).toBe(0);
    // A remaining 2×2 block has complex eigenvalues; divided by the norm so that squares stay in range.
    expect(((p - e) / size) ** 2 + 4 * (b / size) * (c / size)).toBeLessThan(0);
  }
}

function expectEigenvalues(of: LinearAlgebra, a: Float64Array, d: number): void {
  const { re, im } = of.eigenvalues(a, d);
  let trace = 0;
  for (let i = 0; i < d; i++) trace += a[i * d + i]!;
  // The trace is a sum of d values of size up to the norm.
  const bound = 1e-14 * Math.sqrt(d + 1) * frobeniusNorm(a);
  expect(Math.abs(re.reduce((x, y) => x + y, 0) - trace)).toBeLessThanOrEqual(bound);
  for (let k = 0; k < d; k++) {
    if (im[k] === 0) continue;
    expect(im[k]).toBeGreaterThan(0);
    expect([re[k + 1], im[k + 1]]).toEqual([re[k], -im[k]!]);
    k++;
  }
}

function expectLu(of: LinearAlgebra, a: Float64Array, d: number): void {
  const { lu, pivots, sign } = of.luFactor(a, d);
  const lower = build(d, d, (i, j) => (i === j ? 1 : j < i ? lu[i * d + j]! : 0));
  const upper = build(d, d, (i, j) => (j >= i ? lu[i * d + j]! : 0));
  const rows = Array.from({ length: d }, (_, i) => i);
  let swaps = 0;
  for (let k = 0; k < d; k++) {
    if (pivots[k] !== k) swaps++;
    [rows[k], rows[pivots[k]!]] = [rows[pivots[k]!]!, rows[k]!];
  }
  const permuted = build(d, d, (i, j) => a[rows[i]! * d + j]!);
  // d·eps times a growth factor that stays below 10 for these.
  expect(distance(product(lower, upper, d, d, d), permuted)).toBeLessThanOrEqual(10 * d * eps * frobeniusNorm(a));
  expect(sign).toBe(swaps % 2 === 0 ? 1 : -1);
  expect(maxAbs(lower)).toBeLessThanOrEqual(1);
}

function expectSolutions(of: LinearAlgebra, d: number, columns: number): void {
  const [a, b] = [normals(d * d, 100 + d), normals(d * columns, 200 + d)];
  // Backward stability with growth below 10: the residual is relative to ‖a‖·‖x‖, whatever the condition.
  const slack = 10 * d * eps * frobeniusNorm(a);
  for (const x of [of.solveLinear(a, b, d, columns), of.luSolve(of.luFactor(a, d), b, columns)]) {
    expect(distance(product(a, x, d, d, columns), b)).toBeLessThanOrEqual(slack * frobeniusNorm(x));
  }
  const inverse = of.inverse(a, d);
  expect(distance(product(a, inverse, d, d, d), identity(d))).toBeLessThanOrEqual(slack * frobeniusNorm(inverse));
  const determinant = of.logAbsDet(a, d);
  const opposite = of.logAbsDet(inverse, d);
  // det a·det a⁻¹ = 1; the condition numbers of these matrices are below 1e4.
  expect(Math.abs(determinant.logAbs + opposite.logAbs)).toBeLessThanOrEqual(1e4 * d * eps);
  expect(determinant.sign).toBe(opposite.sign);
}

function expectProducts(of: LinearAlgebra, m: number, k: number, n: number): void {
  const [a, b] = [normals(m * k, m), normals(k * n, n + 100)];
  const expected = product(a, b, m, k, n);
  // Sums of the same k products, perhaps in another order; the outputs start as NaN, which must not survive.
  const bound = k * eps * frobeniusNorm(a) * frobeniusNorm(b);
  const out = () => new Float64Array(m * n).fill(Number.NaN);
  const [plain, nt, tn] = [out(), out(), out()];
  of.matMul(a, b, m, k, n, plain);
  of.matMulNT(a, flip(b, k, n), m, k, n, nt);
  of.matMulTN(flip(a, m, k), b, m, k, n, tn);
  for (const one of [plain, nt, tn]) expect(distance(one, expected)).toBeLessThanOrEqual(bound);
}

function expectRankUpdate(of: LinearAlgebra, d: number, k: number): void {
  const a = normals(d * k, 40 + d);
  const square = product(a, flip(a, d, k), d, k, d);
  const before = positive(d, 60 + d);
  // What stands above the diagonal is not read.
  const held = before.map((value, at) => (at % d > Math.floor(at / d) ? Number.NaN : value));
  const updated = held.slice();
  of.symmetricRankUpdate(a, d, k, 2, -0.5, updated);
  const plain = new Float64Array(d * d).fill(Number.NaN);
  of.symmetricRankUpdate(a, d, k, 1, 0, plain);
  const expected = before.map((value, at) => 2 * square[at]! - 0.5 * value);
  // Sums of the same k products, perhaps in another order, and three roundings for alpha, beta and their sum.
  const bound = (k + 3) * eps * (2 * frobeniusNorm(a) ** 2 + maxAbs(before));
  expect(distance(updated, expected)).toBeLessThanOrEqual(bound);
  expect(distance(plain, square)).toBeLessThanOrEqual(bound);
  for (const one of [updated, plain]) expect(one).toEqual(flip(one, d, d));
}

function expectCholesky(of: LinearAlgebra, d: number): void {
  const a = positive(d, 300 + d);
  // What stands above the diagonal is not read.
  const lower = of.cholesky(
    a.map((value, k) => (k % d > Math.floor(k / d) ? 7 : value)),
    d,
  );
  expect(distance(product(lower, flip(lower, d, d), d, d, d), a)).toBeLessThanOrEqual((d + 1) * eps * frobeniusNorm(a));
  for (let i = 0; i < d; i++) for (let j = i + 1; j < d; j++) expect(lower[i * d + j]).toBe(0);
}

function expectKnownAnswers(of: LinearAlgebra): void {
  const { s } = of.svd(hilbert(12), 12, 12);
  // Absolute accuracy of both: a few eps of the largest, 1.8.
  expect(distance(of.symmetricEigen(hilbert(12), 12).values.toReversed(), s)).toBeLessThanOrEqual(4e-15);
  expect(s[0]).toBeCloseTo(1.795372059562, 12);
  // det H_8 in closed form; the condition 1.5e10 leaves five digits.
  expect(of.logAbsDet(hilbert(8), 8).logAbs).toBeCloseTo(Math.log(2.7370501137915e-33), 5);
  const { re, im } = of.eigenvalues(jordan(4, 1, 1e-12), 4);
  for (let k = 0; k < 4; k++) {
    // A perturbation of eps in the corner moves the radius 1e-3 by 1e-3·(eps/1e-12)/4 ≈ 6e-8.
    expect(Math.abs(Math.hypot(re[k]! - 1, im[k]!) - 1e-3)).toBeLessThanOrEqual(1e-6);
  }
  const a = positive(5, 6);
  // Powers of two scale exactly, so only the rounding of the balanced problem remains.
  const scaled = build(5, 5, (i, j) => a[i * 5 + j]! * 2 ** (20 * (i - j)));
  expect(distance(of.eigenvalues(scaled, 5).re.toSorted(), of.symmetricEigen(a, 5).values)).toBeLessThanOrEqual(1e-13);
}

function expectPurity(of: LinearAlgebra): void {
  const d = 40;
  const a = positive(d, 9);
  const before = a.slice();
  const all = () => [
    of.cholesky(a, d),
    of.luFactor(a, d),
    of.solveLinear(a, a, d, d),
    of.inverse(a, d),
    of.qr(a, d, d),
    of.symmetricEigen(a, d),
    of.svd(a, d, d),
    of.eigenvalues(a, d),
    of.realSchur(a, d),
  ];
  const first = all();
  expect(all()).toEqual(first);
  expect(a).toEqual(before);
}

function expectExponential(of: LinearAlgebra, d: number): void {
  const a = normals(d * d, 3, 1 / Math.sqrt(d));
  const [forward, back] = [a, a.map((value) => -value)].map((x) => expm(x, d, of)) as [Float64Array, Float64Array];
  // A matrix of norm about 2: a few products of rounding error 1e-16·d^½ on entries up to e².
  expect(distance(product(forward, back, d, d, d), identity(d))).toBeLessThanOrEqual(1e-13 * Math.sqrt(d));
  expect(distance(forward, expm(a, d))).toBeLessThanOrEqual(1e-14 * d);
}

/** One rounding for each product and each sum, from the left: the bits are prescribed. */
function expectCombination(of: LinearAlgebra, size: number, count: number): void {
  const coefficients = Array.from({ length: count }, (_, j) => (j % 3 === 1 ? 0 : 1 / (j + 3)));
  const terms = coefficients.map((_, j) => normals(size, 500 + j));
  const base = normals(size, 499);
  const expected = base.map((value, i) => {
    let sum = value;
    coefficients.forEach((coefficient, j) => {
      if (coefficient !== 0) sum += 0.7 * coefficient * terms[j]![i]!;
    });
    return sum;
  });
  const out = new Float64Array(size).fill(Number.NaN);
  of.combine(base, 0.7, coefficients, terms, out);
  expect(out).toEqual(expected);
  of.combine(base, 0.7, coefficients, terms, base);
  expect(base).toEqual(expected);
}

const rankUpdateShapes = [
  [0, 3],
  [3, 0],
  [1, 1],
  [5, 9],
  [33, 17],
  [96, 128],
] as const;

function expectCombinations(of: LinearAlgebra, count: number): void {
  for (const size of [0, 1, 5, 700, 4099]) expectCombination(of, size, count);
}

/** What every implementation of `LinearAlgebra` must satisfy; residuals are formed by a plain triple loop. */
export function linearAlgebraContract(name: string, open: () => LinearAlgebra | Promise<LinearAlgebra>): void {
  describe(`linear algebra: ${name}`, () => {
    let of: LinearAlgebra;
    beforeAll(async () => {
      of = await open();
    });

    describe.each(hardMatrices)("%s: residual, orthogonality, order", (_name, d, a) => {
      test("symmetricEigen", () => expectSymmetricEigen(of, a, d));
      test("svd", () => expectSvd(of, a, d, d));
      test("qr", () => expectQr(of, a, d, d));
      test("realSchur", () => expectSchur(of, a, d));
      test("eigenvalues", () => expectEigenvalues(of, a, d));
      test("luFactor", () => expectLu(of, a, d));
    });

    test.each([
      [0, 3, 2],
      [3, 0, 2],
      [1, 1, 1],
      [5, 9, 3],
      [33, 17, 70],
      [128, 64, 96],
    ])("the three products of %d×%d and %d columns", (m, k, n) => expectProducts(of, m, k, n));
    test.each(rankUpdateShapes)("alpha·a·aᵀ + beta·c of %d×%d", (d, k) => expectRankUpdate(of, d, k));
    test.each([
      [9, 4],
      [4, 9],
      [70, 33],
      [6, 0],
      [0, 6],
    ])("svd, and qr when tall, of %d×%d", (m, n) => {
      const a = normals(m * n, 50 + m);
      expectSvd(of, a, m, n);
      if (m >= n) expectQr(of, a, m, n);
    });
    test.each([0, 1, 2, 7, 33, 100])("cholesky of d = %d", (d) => expectCholesky(of, d));
    test.each([
      [0, 2],
      [1, 1],
      [6, 0],
      [7, 3],
      [50, 1],
      [40, 60],
    ])("solutions, inverse, determinant: d = %d, %d columns", (d, columns) => expectSolutions(of, d, columns));
    test.each([0, 1, 2, 3, 4, 5, 6, 9, 12, 13, 25])("a combination of %d terms, to the bit, also in place", (count) =>
      expectCombinations(of, count),
    );
    test("Hilbert, Jordan and badly scaled matrices with known answers", () => expectKnownAnswers(of));
    test.each([1, 5, 64])("e^a e^{−a} = I with its products, d = %d", (d) => expectExponential(of, d));
    test("writes to no input and gives the same bits twice", () => expectPurity(of));
    linearAlgebraRefusals(() => of);
  });
}
