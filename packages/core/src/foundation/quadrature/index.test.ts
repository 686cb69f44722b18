import { describe, expect, test } from "vitest";
import { InputError } from "../errors/index.js";
import { besselIScaled, logGamma, zonalSequence } from "../special-functions/index.js";
import goldens from "./goldens.json" with { type: "json" };
import {
  circleRule,
  gaussGegenbauer,
  gaussHermite,
  gaussianRule,
  gaussJacobi,
  gaussLegendre,
  type QuadratureRule,
  sphereRule,
  zonalRule,
} from "./index.js";

const integrate = ({ nodes, weights }: QuadratureRule, f: (t: number) => number): number => {
  let sum = 0;
  for (let i = 0; i < nodes.length; i++) sum += weights[i]! * f(nodes[i]!);
  return sum;
};

describe("Gauss–Legendre", () => {
  test.each(goldens.legendre)("n = %i, node %i, against 60-digit Newton (goldens.py)", (n, i, node, weight) => {
    const rule = gaussLegendre(n!);
    // 1e-15 absolute: a few roundings of numbers of size up to 1.
    expect(Math.abs(rule.nodes[i!]! - node!)).toBeLessThanOrEqual(1e-15);
    expect(Math.abs(rule.weights[i!]! - weight!)).toBeLessThanOrEqual(1e-15);
    // Relative: the rounding eps/2 of a node next to ±1 moves its weight by t·eps/(1 − t²).
    const bound = 2e-14 + (2 * Number.EPSILON) / (1 - node! * node!);
    expect(Math.abs(rule.weights[i!]! / weight! - 1)).toBeLessThanOrEqual(bound);
  });

  test.each([1, 2, 3, 10, 33, 200, 500])("exact to degree 2n − 1 and not beyond, symmetric, positive: n = %i", (n) => {
    const rule = gaussLegendre(n);
    for (let k = 0; k <= 2 * n - 1; k += 1 + (n >> 3)) {
      // Sums of n positive terms.
      expect(
        Math.abs(integrate(rule, (t) => t ** (2 * Math.floor(k / 2))) - 2 / (2 * Math.floor(k / 2) + 1)),
      ).toBeLessThan(2e-14);
    }
    for (let i = 0; i < n; i++) {
      expect(rule.nodes[i]! + rule.nodes[n - 1 - i]!).toBe(0);
      expect(rule.weights[i]).toBe(rule.weights[n - 1 - i]);
      expect(rule.weights[i]).toBeGreaterThan(0);
      if (i > 0) expect(rule.nodes[i]).toBeGreaterThan(rule.nodes[i - 1]!);
    }
    // P_n² has the integral 2/(2n + 1) and vanishes at every node.
    expect(integrate(rule, (t) => zonalSequence(n, 0.5, t)[n]! ** 2)).toBeLessThan(1e-20 * n * n);
  });
});

describe("Gauss–Hermite", () => {
  test.each(goldens.hermite)("n = %i, node %i, against 60-digit Newton (goldens.py)", (n, i, node, weight) => {
    const rule = gaussHermite(n!);
    const largest = rule.nodes[n! - 1]!;
    // Rounding relative to the largest node; it moves the logarithm of a weight by t times as much, twice.
    expect(Math.abs(rule.nodes[i!]! - node!)).toBeLessThanOrEqual(1e-15 * largest);
    expect(Math.abs(rule.weights[i!]! / weight! - 1)).toBeLessThanOrEqual(1e-14 + 1e-15 * largest * Math.abs(node!));
  });

  test.each([1, 2, 7, 40, 100])("moments E Z^{2k} = (2k − 1)!! and E e^{aZ} = e^{a²/2}: n = %i", (n) => {
    const rule = gaussHermite(n);
    let moment = 1;
    for (let k = 0; 2 * k <= 2 * n - 1; k++) {
      if (k > 0) moment *= 2 * k - 1;
      if (k > 60) break;
      // The outer nodes carry high moments: 2k times the relative error 2e-15 of a node.
      expect(Math.abs(integrate(rule, (t) => t ** (2 * k)) / moment - 1)).toBeLessThanOrEqual(1e-13);
    }
    // 40 nodes integrate e^{2t} to rounding: the remainder is 2^80/80!·e^… < 1e-90.
    if (n >= 40) expect(Math.abs(integrate(rule, (t) => Math.exp(2 * t)) / Math.exp(2) - 1)).toBeLessThanOrEqual(1e-14);
  });

  test("n = 1000: weights far out underflow to 0, all else is finite and sums to 1", () => {
    const rule = gaussHermite(1000);
    expect(rule.weights[0]).toBe(0);
    expect(rule.nodes.every(Number.isFinite)).toBe(true);
    // Rounding of a thousand terms.
    expect(Math.abs(integrate(rule, (t) => t ** 4) - 3)).toBeLessThanOrEqual(1e-13);
  });
});

describe("Gauss–Jacobi and Gauss–Gegenbauer", () => {
  test.each([
    [0, 0],
    [0.5, 0.5],
    [-0.5, -0.5],
    [-0.9, 3],
    [10, 2.5],
    [0.3, -0.3],
    [-0.5, 0.5],
  ])("moments of 1 − t under (1 − t)^%f(1 + t)^%f are beta functions", (alpha, beta) => {
    for (const n of [1, 2, 5, 30, 100]) {
      const rule = gaussJacobi(n, alpha, beta);
      for (let k = 0; k <= Math.min(2 * n - 1, 40); k++) {
        const logs = logGamma(alpha + k + 1) + logGamma(beta + 1) - logGamma(alpha + beta + k + 2);
        const expected = Math.exp(logs + (alpha + beta + k + 1) * Math.LN2);
        // Logarithms of size up to 100, n positive terms, and 1 − t at the outermost node, which is known to n²·eps.
        expect(Math.abs(integrate(rule, (t) => (1 - t) ** k) / expected - 1)).toBeLessThanOrEqual(3e-13);
      }
    }
  });

  test("α = 0 is the Chebyshev rule with equal weights, α = 1 that of the second kind", () => {
    const n = 50;
    const first = gaussGegenbauer(n, 0);
    const second = gaussGegenbauer(n, 1);
    for (let i = 0; i < n; i++) {
      const node = Math.cos((Math.PI * (n - i - 0.5)) / n);
      const angle = (Math.PI * (n - i)) / (n + 1);
      // A few roundings; weights 1/50.
      expect(Math.abs(first.nodes[i]! - node)).toBeLessThanOrEqual(1e-15);
      expect(Math.abs(first.weights[i]! - 1 / n)).toBeLessThanOrEqual(1e-15);
      expect(Math.abs(second.nodes[i]! - Math.cos(angle))).toBeLessThanOrEqual(1e-15);
      expect(Math.abs(second.weights[i]! - (2 / (n + 1)) * Math.sin(angle) ** 2)).toBeLessThanOrEqual(1e-15);
    }
  });

  test.each([2, 3, 5, 64, 1000])("zonal moments E t^{2k} = Π (2j − 1)/(d + 2j − 2) on S^{d−1}, d = %i", (d) => {
    const rule = zonalRule(40, d);
    let moment = 1;
    for (let k = 0; k <= 39; k++) {
      if (k > 0) moment *= (2 * k - 1) / (d + 2 * k - 2);
      // 2k times the relative error of a node, a few eps.
      expect(Math.abs(integrate(rule, (t) => t ** (2 * k)) / moment - 1)).toBeLessThanOrEqual(1e-13);
    }
  });
});

describe("rules on circle, sphere and Gaussians", () => {
  test("circle: e^{−β}I_0(β) by the trapezoid rule; cos kθ integrates to 0 for 0 < k < n, to cos(k·offset) at k = n", () => {
    const rule = circleRule(60, 0.3);
    let [bessel, zero, aliased] = [0, 0, 0];
    for (let j = 0; j < rule.m; j++) {
      const angle = Math.atan2(rule.points[2 * j + 1]!, rule.points[2 * j]!);
      bessel += rule.weights[j]! * Math.exp(9 * (rule.points[2 * j]! - 1));
      zero += rule.weights[j]! * Math.cos(59 * angle);
      aliased += rule.weights[j]! * Math.cos(60 * angle);
    }
    // Rounding; for cos kθ that of the angle, 60·eps·π.
    expect(Math.abs(bessel - besselIScaled(0, 9))).toBeLessThanOrEqual(1e-15);
    expect(Math.abs(zero)).toBeLessThanOrEqual(2e-14);
    expect(Math.abs(aliased - Math.cos(60 * 0.3))).toBeLessThanOrEqual(4e-14);
  });

  test("sphere: monomials x^{2a}y^{2b}z^{2c} to the degree of the rule", () => {
    const degree = 14;
    const rule = sphereRule(degree);
    const double = (k: number): number => (k <= 0 ? 1 : (2 * k - 1) * double(k - 1));
    for (let a = 0; 2 * a <= degree; a++) {
      for (let b = 0; 2 * (a + b) <= degree; b++) {
        const c = degree / 2 - a - b;
        let sum = 0;
        for (let k = 0; k < rule.m; k++) {
          const [x, y, z] = [rule.points[3 * k]!, rule.points[3 * k + 1]!, rule.points[3 * k + 2]!];
          sum += rule.weights[k]! * x ** (2 * a) * y ** (2 * b) * z ** (2 * c);
        }
        // E x^{2a}y^{2b}z^{2c} = (2a − 1)!!(2b − 1)!!(2c − 1)!!/(3·5·…·(2(a+b+c) + 1)).
        const expected = (double(a) * double(b) * double(c)) / double(a + b + c + 1);
        // 120 terms, each within 14 eps.
        expect(Math.abs(sum / expected - 1)).toBeLessThanOrEqual(1e-13);
      }
    }
    expect(sphereRule(0)).toMatchObject({ m: 1, d: 3 });
  });

  test("Gaussian: mean, covariance and E e^{⟨a, X⟩}, Σ of rank 2 in R³", () => {
    const root = [1.2, -0.4, 0.3, 0.7, -0.5, 1.1];
    const cov = new Float64Array(9);
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        for (let k = 0; k < 2; k++) cov[3 * i + j]! += root[2 * i + k]! * root[2 * j + k]!;
      }
    }
    const mean = Float64Array.of(0.5, -2, 1);
    const rule = gaussianRule(mean, cov, 3, 24);
    expect(rule.m).toBe(24 ** 2);
    const a = [0.6, -0.2, 0.5];
    const second = new Float64Array(9);
    let exponential = 0;
    for (let k = 0; k < rule.m; k++) {
      const x = [0, 1, 2].map((i) => rule.points[3 * k + i]!);
      for (let i = 0; i < 3; i++) {
        for (let j = 0; j < 3; j++) second[3 * i + j]! += rule.weights[k]! * (x[i]! - mean[i]!) * (x[j]! - mean[j]!);
      }
      exponential += rule.weights[k]! * Math.exp(x.reduce((sum, value, i) => sum + value * a[i]!, 0));
    }
    // Rounding of 576 terms of size up to 40·weight.
    for (let k = 0; k < 9; k++) expect(Math.abs(second[k]! - cov[k]!)).toBeLessThanOrEqual(1e-14);
    let quadratic = 0;
    for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) quadratic += a[i]! * cov[3 * i + j]! * a[j]!;
    const linear = a.reduce((sum, value, i) => sum + value * mean[i]!, 0);
    // 24 nodes leave 1e-40 of the exponential; the rest is rounding.
    expect(Math.abs(exponential / Math.exp(linear + quadratic / 2) - 1)).toBeLessThanOrEqual(2e-14);
  });

  test("Σ = 0 is one point at the mean", () => {
    const rule = gaussianRule(Float64Array.of(3, 4), new Float64Array(4), 2, 10);
    expect([rule.m, ...rule.points, ...rule.weights]).toEqual([1, 3, 4, 1]);
  });
});

describe("bad input", () => {
  const cov = Float64Array.of(1, 0, 0, 1);
  test.each([0, -1, 2.5, NaN, 1e9])("n = %f", (n) => {
    expect(() => gaussLegendre(n)).toThrow(InputError);
    expect(() => gaussHermite(n)).toThrow(InputError);
    expect(() => gaussGegenbauer(n, 1)).toThrow(InputError);
    expect(() => gaussJacobi(n, 0, 0)).toThrow(InputError);
    expect(() => circleRule(n)).toThrow(InputError);
    expect(() => zonalRule(n, 3)).toThrow(InputError);
    expect(() => zonalRule(3, n === 1e9 ? 1 : n)).toThrow(InputError);
    expect(() => gaussianRule(new Float64Array(2), cov, 2, n)).toThrow(InputError);
    if (n !== 0) expect(() => sphereRule(n)).toThrow(InputError);
  });
  test("exponents, angles, sizes, matrices", () => {
    expect(() => gaussGegenbauer(3, -0.5)).toThrow(/integrable/);
    expect(() => gaussJacobi(3, -1, 0)).toThrow(/integrable/);
    expect(() => gaussJacobi(3, 0, NaN)).toThrow(InputError);
    expect(() => gaussJacobi(3, 2000, 0)).toThrow(/must be a float64/);
    expect(() => circleRule(3, NaN)).toThrow(InputError);
    expect(() => gaussianRule(new Float64Array(3), cov, 2, 3)).toThrow(/must hold 2/);
    expect(() => gaussianRule(Float64Array.of(NaN, 0), cov, 2, 3)).toThrow(/NaN at index 0/);
    expect(() => gaussianRule(new Float64Array(2), Float64Array.of(1, 0, 0, -1), 2, 3)).toThrow(InputError);
    expect(gaussianRule(new Float64Array(2), cov, 2, 300).m).toBe(90000);
    expect(() => gaussianRule(new Float64Array(3), Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), 3, 300)).toThrow(
      /300\^3/,
    );
  });
});
