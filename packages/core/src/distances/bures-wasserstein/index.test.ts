import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { momentsOf, sampleGaussian } from "../../foundation/law/index.js";
import { matMul, matMulNT, psdSqrt, trace } from "../../foundation/linear-algebra/index.js";
import { randomMatrix, stream } from "../../foundation/random/index.js";
import type { Gaussian } from "../../laws/contract.js";
import { buresWasserstein } from "./index.js";

const distance = buresWasserstein.bind({}, 1);

const gaussian = (mean: readonly number[], cov: ArrayLike<number>): Gaussian => ({
  kind: "gaussian",
  d: mean.length,
  mean: Float64Array.from(mean),
  cov: Float64Array.from(cov),
});

function product(a: Float64Array, b: Float64Array, d: number): Float64Array {
  const out = new Float64Array(d * d);
  matMul(a, b, d, d, d, out);
  return out;
}

/** RΣRᵀ */
function rotated(r: Float64Array, cov: Float64Array, d: number): Float64Array {
  const out = new Float64Array(d * d);
  matMulNT(product(r, cov, d), r, d, d, d, out);
  return out;
}

/** A random covariance of the given rank. */
function covariance(d: number, rank: number, seed: number): Float64Array {
  const factor = randomMatrix("ginibre", d, rank, 1, seed);
  const out = new Float64Array(d * d);
  matMulNT(factor, factor, d, rank, d, out);
  return out;
}

function byTraceFormula(a: Gaussian, b: Gaussian): number {
  const { d } = a;
  const root = psdSqrt(a.cov, d).sqrt;
  const middle = psdSqrt(product(product(root, b.cov, d), root, d), d).sqrt;
  const shift = a.mean.reduce((sum, value, i) => sum + (value - b.mean[i]!) ** 2, 0);
  return Math.sqrt(shift + trace(a.cov, d) + trace(b.cov, d) - 2 * trace(middle, d));
}

const randomGaussian = (d: number, rank: number, seed: number): Gaussian => {
  const mean = new Float64Array(d);
  stream({ seed, purpose: "test mean" }).fillNormal(mean);
  return gaussian([...mean], covariance(d, rank, seed));
};

describe("bures-wasserstein", () => {
  test("in d = 1 it is |(m_0 − m_1, σ_0 − σ_1)|", () => {
    // A few roundings.
    expect(distance(gaussian([1], [4]), gaussian([-2], [0.25]))).toBeCloseTo(Math.hypot(3, 1.5), 14);
  });

  test("commuting covariances: the distance of the square roots of the eigenvalues", () => {
    const r = randomMatrix("orthogonal", 3, 3, 1, 5);
    const [p, q] = [
      [9, 1, 0.04],
      [1, 4, 0.01],
    ] as const;
    const diagonal = (values: readonly number[]) =>
      Float64Array.from([values[0]!, 0, 0, 0, values[1]!, 0, 0, 0, values[2]!]);
    const found = distance(
      gaussian([0, 0, 0], rotated(r, diagonal(p), 3)),
      gaussian([0, 0, 0], rotated(r, diagonal(q), 3)),
    );
    // Roots of eigenvalues with relative gap 225: 1e-13.
    expect(Math.abs(found - Math.hypot(2, 1, 0.1))).toBeLessThan(1e-13);
  });

  test.each([2, 5, 16])("equals the trace formula for separated laws, d = %i", (d) => {
    const [a, b] = [randomGaussian(d, d, 11), randomGaussian(d, d, 12)];
    const reference = byTraceFormula(a, b);
    // The trace formula loses no digits here; each root is good to d·1e-15 of ‖Σ‖.
    expect(Math.abs(distance(a, b) / reference - 1)).toBeLessThan(1e-12);
  });

  test("nearly equal laws: first-order formula to 1e-6, where the trace formula fails", () => {
    const d = 8;
    const base = randomGaussian(d, d, 21);
    const epsilon = 1e-8;
    // Σ → (I + εS)Σ(I + εS), S symmetric, is an optimal map, so BW = ε (tr SΣS)^½ exactly.
    const s = randomMatrix("goe", d, d, 1, 22);
    const map = s.map((value, i) => epsilon * value + (i % (d + 1) === 0 ? 1 : 0));
    const near = gaussian([...base.mean], rotated(map, base.cov, d));
    const exact = epsilon * Math.sqrt(trace(rotated(s, base.cov, d), d));
    // Entries of Σ are rounded to 1e-16, which is 1e-8 of the difference, times the conditioning of the root (about 30).
    expect(Math.abs(distance(base, near) / exact - 1)).toBeLessThan(1e-6);
    const naive = byTraceFormula(base, near);
    expect(Number.isNaN(naive) || Math.abs(naive / exact - 1) > 1e-2).toBe(true);
  });

  test("singular covariances of any ranks: rank one has a closed form", () => {
    const [x, y] = [
      [1, 2, 0],
      [0, 1, -1],
    ] as const;
    const outer = (v: readonly number[]) => v.flatMap((a) => v.map((b) => a * b));
    // tr(Σ0 + Σ1 − 2(…)^½) = |x|² + |y|² − 2|⟨x, y⟩|. Roundings of the root of a singular matrix: 1e-8 each, squared.
    const found = distance(gaussian([0, 0, 0], outer(x)), gaussian([0, 0, 0], outer(y)));
    expect(Math.abs(found - Math.sqrt(5 + 2 - 2 * 2))).toBeLessThan(1e-12);
    const point = gaussian([1, 1, 1], new Float64Array(9));
    expect(distance(point, gaussian([1, 1, 1], outer(x)))).toBeCloseTo(Math.sqrt(5), 12);
    expect(distance(point, point)).toBe(0);
  });

  test("metric and rotation invariant on random laws of random ranks", () => {
    const law = fc.record({ rank: fc.integer({ min: 1, max: 4 }), seed: fc.integer({ min: 1, max: 1e6 }) });
    const property = fc.property(law, law, law, (p, q, r) => {
      const [a, b, c] = [p, q, r].map(({ rank, seed }) => randomGaussian(4, rank, seed)) as [
        Gaussian,
        Gaussian,
        Gaussian,
      ];
      const scale = Math.sqrt(trace(a.cov, 4) + trace(b.cov, 4) + trace(c.cov, 4)) + 1;
      // Roots of singular matrices are known to about 1e-8·scale (the square root of the rounding).
      const slack = 1e-7 * scale;
      expect(Math.abs(distance(a, b) - distance(b, a))).toBeLessThan(slack);
      expect(distance(a, c)).toBeLessThan(distance(a, b) + distance(b, c) + slack);
      const turn = randomMatrix("orthogonal", 4, 4, 1, p.seed);
      const turned = (g: Gaussian) => {
        const mean = new Float64Array(4);
        matMul(turn, g.mean, 4, 4, 1, mean);
        return gaussian([...mean], rotated(turn, g.cov, 4));
      };
      expect(Math.abs(distance(turned(a), turned(b)) - distance(a, b))).toBeLessThan(slack);
    });
    fc.assert(property, { numRuns: 50, seed: 7 });
  });

  test("clouds count by their moments", () => {
    const cloud = sampleGaussian(randomGaussian(3, 3, 31), 50, 1, "test");
    const other = randomGaussian(3, 2, 32);
    expect(distance(cloud, other)).toBe(distance(momentsOf(cloud), other));
    expect(distance(cloud, momentsOf(cloud))).toBeLessThan(1e-13);
  });
});
