import { expect, test } from "vitest";
import { flip, normals, positive, product } from "../../../test/helpers/arrays.js";
import { eigenvalues, inverse, lyapunov, transpose } from "../../foundation/linear-algebra/index.js";
import { type CovarianceFlow, restResidual } from "./covariance-flow.js";
import { linearisedSpectrum, newtonOnStratum } from "./linearised.js";
import { stratumPointOf } from "./rank-stratum.js";

const d = 4;
const W = normals(d * d, 1, 0.3).map((value, k) => value + (k % (d + 1) === 0 ? 1.5 : 0));
const Q = positive(d, 2).map((value) => -value);

/** B = W + ΣQ/2, whose equilibrium is X⁻¹, WᵀX + XW = −Q. */
const flow: CovarianceFlow = {
  generator: (cov, out) => {
    out.set(product(cov, Q, d, d, d).map((value, k) => W[k]! + value / 2));
  },
};
const X = lyapunov(
  transpose(W, d, d),
  Q.map((value) => -value),
  d,
);

/** Newton's method from 1.2·X⁻¹ with its first direction stretched further. */
function solved(): Float64Array {
  const cov: Float64Array = inverse(X, d).map((value) => 1.2 * value);
  cov[0]! *= 1.05;
  let point = stratumPointOf(cov, d, d);
  for (let k = 0; k < 8; k++) point = newtonOnStratum(flow, point)!;
  return point.cov;
}

test("Newton's method on the stratum finds Σ* = X⁻¹ from beside it, quadratically", () => {
  const star = solved();
  const unit = product(star, X, d, d, d);
  // Rounding of a 4×4 solve.
  unit.forEach((value, k) => {
    expect(Math.abs(value - (k % (d + 1) === 0 ? 1 : 0))).toBeLessThan(1e-12);
  });
  expect(restResidual(flow.generator, star, d)).toBeLessThan(1e-13);
});

test("at full rank the spectrum is −(λ_i + λ_j), λ of W: by differences to 1e-8", () => {
  const star = solved();
  const { re, im, across, rank } = linearisedSpectrum(flow, star, d, d)!;
  expect([rank, across]).toEqual([d, Number.NEGATIVE_INFINITY]);
  const own = eigenvalues(W, d);
  const wanted: [number, number][] = [];
  for (let i = 0; i < d; i++)
    for (let j = 0; j <= i; j++) wanted.push([-own.re[i]! - own.re[j]!, -own.im[i]! - own.im[j]!]);
  expect(re).toHaveLength(wanted.length);
  for (const [a, b] of wanted) {
    const nearest = Math.min(...Array.from(re, (value, k) => Math.hypot(value - a, im[k]! - b)));
    // Rounding 1e-16/1e-5 of the differences, times the conditioning of the eigenvalues.
    expect(nearest).toBeLessThan(1e-8);
  }
});

test("on a stratum of rank one: the in-range eigenvalue, the turning ones, and what happens across", () => {
  // W = diag(1, −1, .5), Q = −2I: Σ* = e_1e_1ᵀ, F = W + Σ*Q = diag(−1, −1, .5).
  const diagonal = [1, -1, 0.5];
  const flat: CovarianceFlow = {
    generator: (cov, out) => {
      for (let k = 0; k < 9; k++) out[k] = (k % 4 === 0 ? diagonal[k / 4]! : 0) - cov[k]!;
    },
  };
  const { re, across } = linearisedSpectrum(flat, Float64Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0), 3, 1)!;
  // In the range 2·(−1); beside it f_i + f_1 = −2 and −.5; across it 2·max(−1, .5).
  expect([...re].sort((a, b) => a - b).map((value) => Math.round(value * 1e7) / 1e7)).toEqual([-2, -2, -0.5]);
  expect(across).toBeCloseTo(1, 9);
});

test("a symmetric difference of the analytic derivative: general V", () => {
  const V = normals(d * d, 5, 0.5);
  const A = normals(d * d, 6, 0.5);
  const general: CovarianceFlow = {
    generator: (cov, out) => {
      out.set(product(V, product(cov, A, d, d, d), d, d, d).map((value, k) => value + W[k]!));
    },
  };
  const cov = positive(d, 7);
  const exact: CovarianceFlow = {
    ...general,
    derivativeAt: (at) => (H) => {
      const first = product(V, product(H, product(A, at, d, d, d), d, d, d), d, d, d);
      const second = product(V, product(at, product(A, H, d, d, d), d, d, d), d, d, d);
      const third = product(W, H, d, d, d);
      const sum = first.map((value, k) => value + second[k]! + third[k]!);
      const turned = flip(sum, d, d);
      return sum.map((value, k) => value + turned[k]!);
    },
  };
  const [a, b] = [linearisedSpectrum(general, cov, d, d)!, linearisedSpectrum(exact, cov, d, d)!];
  a.re.forEach((value, k) => {
    const nearest = Math.min(...Array.from(b.re, (other, l) => Math.hypot(value - other, a.im[k]! - b.im[l]!)));
    // As above.
    expect(nearest).toBeLessThan(1e-7);
  });
});
