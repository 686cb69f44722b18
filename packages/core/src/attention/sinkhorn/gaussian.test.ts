import { describe, expect, test } from "vitest";
import { flip, normals, positive, product } from "../../../test/helpers/arrays.js";
import { distanceMax } from "../../../test/helpers/slope.js";
import { inverse, psdSqrt, svd } from "../../foundation/linear-algebra/index.js";
import { conditionalCovariance, gaussianPotential } from "./gaussian.js";

const scaled = (a: ArrayLike<number>, factor: number) => Float64Array.from(a, (value) => factor * value);
const plus = (a: ArrayLike<number>, b: ArrayLike<number>, factor = 1) =>
  Float64Array.from(a, (value, k) => value + factor * b[k]!);

/** [[a, b], [c, e]] of four d×d blocks, or the block (i, j) of such a matrix. */
function joined(blocks: readonly ArrayLike<number>[], d: number): Float64Array {
  const out = new Float64Array(4 * d * d);
  blocks.forEach((block, at) => {
    const [row, column] = [at < 2 ? 0 : d, at % 2 === 0 ? 0 : d];
    for (let k = 0; k < d * d; k++) out[(row + Math.floor(k / d)) * 2 * d + column + (k % d)] = block[k]!;
  });
  return out;
}
function blockOf(matrix: Float64Array, i: number, j: number, d: number): Float64Array {
  return Float64Array.from({ length: d * d }, (_, k) => matrix[(i * d + Math.floor(k / d)) * 2 * d + j * d + (k % d)]!);
}

/** G of theory.md §2: Σ^½W diag(δ)Uᵀ(Σ^½)⁺ with Σ^½HᵀΣ^½ = U diag(s)Wᵀ and δ = 2s/(1 + √(1 + 4s²)). */
function gainByRoots(cov: Float64Array, H: Float64Array, d: number): Float64Array {
  const { sqrt, inverseSqrt } = psdSqrt(cov, d);
  const { u, s, v } = svd(product(sqrt, product(flip(H, d, d), sqrt, d, d, d), d, d, d), d, d);
  const weighted = v.map((entry, k) => (entry * 2 * s[k % d]!) / (1 + Math.sqrt(1 + 4 * s[k % d]! ** 2)));
  const middle = product(weighted, flip(u, d, d), d, d, d);
  return product(sqrt, product(middle, inverseSqrt, d, d, d), d, d, d);
}

describe.each([1, 2, 5, 16])("the entropic self-coupling of a Gaussian, d = %i", (d) => {
  const cov = positive(d, 10 + d);
  // ε from weak to strong: scores of size .1, 1 and 10.
  test.each([0.1, 1, 10])("scores × %f: marginals Σ and precision block −Hᵀ to 1e-12", (factor) => {
    const H = normals(d * d, 20 + d, factor / Math.sqrt(d));
    const conditional = conditionalCovariance(cov, H, d)!;
    const gain = product(conditional, H, d, d, d);
    // Cov(x, y) = ΣGᵀ; the marginal of y is S + GΣGᵀ.
    const explained = product(gain, product(cov, flip(gain, d, d), d, d, d), d, d, d);
    expect(distanceMax(plus(conditional, explained), cov)).toBeLessThan(1e-12);
    const cross = product(cov, flip(gain, d, d), d, d, d);
    const precision = inverse(joined([cov, cross, flip(cross, d, d), cov], d), 2 * d);
    const size = Math.max(...precision.map(Math.abs));
    // −Hᵀ from inverting a covariance of condition 10 to 1e5: relative to the whole precision.
    expect(distanceMax(blockOf(precision, 0, 1, d), scaled(flip(H, d, d), -1))).toBeLessThan(1e-12 * size);
    const { M } = gaussianPotential(new Float64Array(d), cov, H, d)!;
    expect(distanceMax(blockOf(precision, 1, 1, d), plus(inverse(cov, d), M))).toBeLessThan(1e-12 * size);
  });

  test("is the singular-value form of theory.md §2, on the range of Σ", () => {
    const H = normals(d * d, 30 + d, 1 / Math.sqrt(d));
    const rank = Math.max(1, d - 2);
    const thin = normals(d * rank, 40 + d);
    for (const one of [cov, product(thin, flip(thin, d, rank), d, rank, d)]) {
      const gain = product(conditionalCovariance(one, H, d)!, H, d, d, d);
      // Roots of 16×16 matrices, and the pseudo-inverse of one of condition 1e3.
      expect(distanceMax(product(gain, one, d, d, d), product(gainByRoots(one, H, d), one, d, d, d))).toBeLessThan(
        1e-11,
      );
    }
  });
});

test("one dimension: S + (S h)²Σ = Σ, solved by hand", () => {
  const [sigma, h] = [0.7, 1.9];
  const s = sigma * h;
  const [found] = conditionalCovariance(Float64Array.of(sigma), Float64Array.of(h), 1)!;
  expect(found).toBeCloseTo((2 * sigma) / (1 + Math.sqrt(1 + 4 * s * s)), 15);
});

test("continues analytically where a trial state has left the cone, and says so where there is no coupling", () => {
  const d = 3;
  const [H, base, direction] = [normals(9, 1, 0.4), positive(d, 2), normals(9, 3)];
  const symmetric = plus(direction, flip(direction, d, d)).map((entry) => entry / 2);
  const thin = normals(3, 4);
  const singular = product(thin, thin, d, 1, d);
  const at = (cov: Float64Array, h: number) => conditionalCovariance(plus(cov, symmetric, h), H, d)!;
  for (const cov of [base, singular]) {
    const h = 1e-4;
    const [minus, middle, plus_] = [at(cov, -h), at(cov, 0), at(cov, h)];
    // Second differences of an analytic function: h² times a second derivative of size ten, on both sides of the cone.
    for (let k = 0; k < 9; k++) expect(Math.abs(plus_[k]! - 2 * middle[k]! + minus[k]!)).toBeLessThan(100 * h * h);
  }
  // 1 + 4σ²h² > 0 for every real σ in d = 1; with skew H the product has negative eigenvalues.
  const skew = Float64Array.of(0, 1, -1, 0);
  expect(conditionalCovariance(Float64Array.of(1, 0, 0, -1), skew, 2)).toBeUndefined();
});
