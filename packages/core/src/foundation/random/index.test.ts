import { describe, expect, test } from "vitest";
import { InputError } from "../errors/index.js";
import { symmetricEigen } from "../linear-algebra/index.js";
import { normalCdf } from "../special-functions/index.js";
import { hashPurpose, philox4x32, randomMatrix, type StreamKey, stream, uniformSphere } from "./index.js";

const draw = (key: StreamKey, count: number): Float64Array => {
  const out = new Float64Array(count);
  stream(key).fillNormal(out);
  return out;
};

const mean = (values: Float64Array): number => values.reduce((a, b) => a + b, 0) / values.length;

describe("philox4x32", () => {
  test.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])("known answer of Random123 for counter %j, key %j", (counter, key, expected) => {
    const out = new Uint32Array(4);
    philox4x32(Uint32Array.from(counter), Uint32Array.from(key), out);
    expect([...out]).toEqual(expected);
  });
});

describe("stream", () => {
  const base: StreamKey = { seed: 7, purpose: "noise", run: 1, token: 2, step: 3 };

  test("FNV-1a of the empty string is its offset basis", () => {
    expect(hashPurpose("")).toBe(0x811c9dc5);
  });

  test("is a pure function of its key, and every part of the key matters", () => {
    const others: StreamKey[] = [
      base,
      { ...base, seed: 8 },
      { ...base, seed: 7 + 2 ** 40 },
      { ...base, purpose: "tokens" },
      { ...base, run: 2 },
      { ...base, token: 3 },
      { ...base, step: 4 },
      { ...base, step: 3 + 2 ** 40 },
    ];
    expect(draw(base, 9)).toEqual(draw({ ...base }, 9));
    expect(new Set(others.map((key) => draw(key, 1)[0])).size).toBe(others.length);
    expect(draw({ seed: 7, purpose: "a" }, 3)).toEqual(draw({ seed: 7, purpose: "a", run: 0, token: 0, step: 0 }, 3));
  });

  test("filling in pieces gives the same numbers as one by one", () => {
    const source = stream(base);
    const pieces = new Float64Array(9);
    source.fillNormal(pieces, 0, 3);
    source.fillNormal(pieces, 3, 4);
    source.fillNormal(pieces, 4);
    expect(pieces).toEqual(draw(base, 9));
    const single = stream(base);
    expect(pieces).toEqual(Float64Array.from({ length: 9 }, () => single.normal()));
    const uniforms = new Float64Array(5);
    stream(base).fillUniform(uniforms);
    const again = stream(base);
    expect(uniforms).toEqual(Float64Array.from({ length: 5 }, () => again.uniform()));
  });

  test("uniforms: bounds, moments, Kolmogorov distance, no correlation of neighbours", () => {
    const n = 200_000;
    const u = new Float64Array(n);
    stream({ seed: 1, purpose: "test" }).fillUniform(u);
    expect(u.every((x) => x > 0 && x < 1 && Number.isInteger(x * 2 ** 53))).toBe(true);
    // Five standard deviations of each statistic.
    expect(Math.abs(mean(u) - 1 / 2)).toBeLessThan(5 / Math.sqrt(12 * n));
    const neighbours = u.subarray(1).map((x, i) => (x - 0.5) * (u[i]! - 0.5));
    expect(Math.abs(mean(neighbours))).toBeLessThan(5 / (12 * Math.sqrt(n)));
    const gap = u.toSorted().reduce((worst, x, i) => Math.max(worst, Math.abs(x - (i + 0.5) / n)), 0);
    // P(√n·D > 2.2) = 1.2e-4.
    expect(gap).toBeLessThan(2.2 / Math.sqrt(n));
  });

  test("normals: moments, distribution, both tails", () => {
    const n = 400_000;
    const z = draw({ seed: 2, purpose: "test" }, n);
    // Five standard deviations: Var z = 1, Var z² = 2, Var z³ = 15, Var z⁴ = 96.
    expect(Math.abs(mean(z))).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(mean(z.map((x) => x ** 2)) - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    expect(Math.abs(mean(z.map((x) => x ** 3)))).toBeLessThan(5 * Math.sqrt(15 / n));
    expect(Math.abs(mean(z.map((x) => x ** 4)) - 3)).toBeLessThan(5 * Math.sqrt(96 / n));
    const gap = z.toSorted().reduce((worst, x, i) => Math.max(worst, Math.abs(normalCdf(x) - (i + 0.5) / n)), 0);
    // P(√n·D > 2.2) = 1.2e-4.
    expect(gap).toBeLessThan(2.2 / Math.sqrt(n));
    for (const level of [-3.5, 3.5]) {
      const count = z.filter((x) => (level < 0 ? x < level : x > level)).length;
      const expected = n * normalCdf(-3.5);
      // A Poisson count of mean 93: five standard deviations.
      expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected));
    }
  });

  test("integers are uniform and below their bound", () => {
    const source = stream({ seed: 3, purpose: "test" });
    const counts = new Float64Array(7);
    for (let i = 0; i < 70_000; i++) counts[source.integer(7)]!++;
    const chiSquare = counts.reduce((sum, c) => sum + (c - 1e4) ** 2 / 1e4, 0);
    // 6 degrees of freedom: P(χ² > 28) = 1e-4.
    expect(chiSquare).toBeLessThan(28);
    expect(source.integer(1)).toBe(0);
    expect(source.integer(2 ** 53)).toBeLessThan(2 ** 53);
  });

  test.each([
    [{ seed: -1, purpose: "a" }],
    [{ seed: 2 ** 53, purpose: "a" }],
    [{ seed: 0.5, purpose: "a" }],
    [{ seed: NaN, purpose: "a" }],
    [{ seed: 0, purpose: "a", run: 2 ** 32 }],
    [{ seed: 0, purpose: "a", token: -1 }],
    [{ seed: 0, purpose: "a", step: 1.5 }],
  ])("refuses %j", (key) => {
    expect(() => stream(key)).toThrow(InputError);
  });

  test("refuses a bound or a range that makes no sense", () => {
    const source = stream(base);
    for (const below of [0, -3, 1.5, 2 ** 53 + 2]) expect(() => source.integer(below)).toThrow(InputError);
    expect(() => source.fillNormal(new Float64Array(3), 2, 1)).toThrow(InputError);
    expect(() => source.fillNormal(new Float64Array(3), 0, 4)).toThrow(InputError);
  });
});

describe("randomMatrix", () => {
  const d = 120;
  const scale = 0.3;

  test("goe is symmetric with variance scale² off and 2·scale² on the diagonal", () => {
    const a = randomMatrix("goe", d, d, scale, 1);
    const off: number[] = [];
    for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) off.push(a[i * d + j]! ** 2);
    for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) expect(a[i * d + j]).toBe(a[j * d + i]);
    // Five standard deviations of a mean of N squares: 5·√(2/N).
    expect(Math.abs(mean(Float64Array.from(off)) / scale ** 2 - 1)).toBeLessThan(5 * Math.sqrt(2 / off.length));
    const diagonal = Float64Array.from({ length: d }, (_, i) => a[i * d + i]! ** 2);
    expect(Math.abs(mean(diagonal) / (2 * scale ** 2) - 1)).toBeLessThan(5 * Math.sqrt(2 / d));
  });

  test("ginibre has variance scale²", () => {
    const a = randomMatrix("ginibre", d, 40, scale, 1);
    expect(a.length).toBe(d * 40);
    // As above.
    expect(Math.abs(mean(a.map((x) => x * x)) / scale ** 2 - 1)).toBeLessThan(5 * Math.sqrt(2 / a.length));
  });

  test("wishart has mean scale·I and rank min(rows, columns)", () => {
    const a = randomMatrix("wishart", 3, 20_000, scale, 1);
    for (let k = 0; k < 9; k++) {
      // Entries of G·Gᵀ/columns deviate by at most √(2/columns).
      expect(Math.abs(a[k]! / scale - (k % 4 === 0 ? 1 : 0))).toBeLessThan(5 * Math.sqrt(2 / 20_000));
    }
    const { values } = symmetricEigen(randomMatrix("wishart", 6, 4, 1, 2), 6);
    // Rounding of zero eigenvalues against ones of size 1.
    expect(Array.from(values, (value) => Math.abs(value) > 1e-14)).toEqual([false, false, true, true, true, true]);
  });

  test.each([
    [30, 30],
    [30, 7],
    [7, 30],
  ])("orthogonal %i×%i", (rows, columns) => {
    const a = randomMatrix("orthogonal", rows, columns, 2, 5);
    const [m, n] = rows >= columns ? [rows, columns] : [columns, rows];
    const at = (i: number, j: number): number => (rows >= columns ? a[i * columns + j]! : a[j * columns + i]!);
    for (let j = 0; j < n; j++) {
      for (let k = 0; k <= j; k++) {
        let sum = 0;
        for (let i = 0; i < m; i++) sum += at(i, j) * at(i, k);
        // scale² times 10·n·eps of the QR factorisation.
        expect(Math.abs(sum - (j === k ? 4 : 0))).toBeLessThan(4 * 10 * m * Number.EPSILON);
      }
    }
  });

  test("orthogonal is Haar: trace of mean 0 and variance 1, determinant of either sign", () => {
    const runs = 4000;
    const traces = Float64Array.from({ length: runs }, (_, seed) => {
      const q = randomMatrix("orthogonal", 3, 3, 1, seed);
      return q[0]! + q[4]! + q[8]!;
    });
    // E tr = 0, E tr² = 1, E tr⁴ = 3 for O(3); five standard deviations. QR without the sign fix has a mean far off.
    expect(Math.abs(mean(traces))).toBeLessThan(5 / Math.sqrt(runs));
    expect(Math.abs(mean(traces.map((x) => x * x)) - 1)).toBeLessThan(5 * Math.sqrt(2 / runs));
  });

  test("refuses impossible arguments", () => {
    expect(() => randomMatrix("goe", 3, 4, 1, 0)).toThrow(InputError);
    expect(() => randomMatrix("ginibre", 0, 4, 1, 0)).toThrow(InputError);
    expect(() => randomMatrix("ginibre", 3, 4, NaN, 0)).toThrow(InputError);
    expect(() => randomMatrix("wishart", 3, 4, -1, 0)).toThrow(InputError);
    expect(() => uniformSphere(3, 0, 0)).toThrow(InputError);
  });
});

describe("uniformSphere", () => {
  test("unit length, mean 0, covariance I/d, a larger cloud begins with the smaller", () => {
    const [n, d] = [20_000, 3];
    const x = uniformSphere(n, d, 4);
    for (let i = 0; i < n; i++) {
      // Division by the norm: half an eps per coordinate and a few in the norm.
      expect(Math.abs(Math.hypot(x[3 * i]!, x[3 * i + 1]!, x[3 * i + 2]!) - 1)).toBeLessThan(1e-15);
    }
    for (let a = 0; a < d; a++) {
      const coordinate = x.filter((_, k) => k % d === a);
      // Five standard deviations; on S² a coordinate is uniform on [−1, 1] (Archimedes): E x⁴ = 1/5.
      expect(Math.abs(mean(coordinate))).toBeLessThan(5 / Math.sqrt(3 * n));
      expect(Math.abs(mean(coordinate.map((v) => v ** 4)) - 1 / 5)).toBeLessThan(5 * Math.sqrt((1 / 9 - 1 / 25) / n));
    }
    expect(uniformSphere(10, d, 4)).toEqual(x.slice(0, 30));
    expect([...uniformSphere(5, 1, 0)].every((v) => Math.abs(v) === 1)).toBe(true);
  });
});
