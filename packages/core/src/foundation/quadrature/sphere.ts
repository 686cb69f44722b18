import { InputError } from "../errors/index.js";
import type { WeightedPoints } from "../shapes/index.js";
import { requireCount } from "./check.js";
import { gaussGegenbauer, gaussLegendre } from "./gauss.js";
import type { QuadratureRule } from "./golub-welsch.js";

/**
 * The trapezoid rule of the circle: n points at angles offset + 2πj/n with weights 1/n, exact for trigonometric degree
 * ≤ n − 1.
 * @param n number of points, an integer in [1, 10⁷] (1)
 * @param offset angle of the first point (rad)
 * @returns n weighted points in R²
 * @throws out-of-range, not-finite
 * @cost O(n)
 * @accuracy coordinates to eps (index.test.ts)
 * @source derived
 */
export function circleRule(n: number, offset = 0): WeightedPoints {
  requireCount("circleRule", "the number of points", n, 1, 1e7);
  if (!Number.isFinite(offset)) {
    throw new InputError({
      code: "not-finite",
      who: "circleRule",
      rule: "the angle of the first point must be finite",
      got: String(offset),
      fix: "Leave it out for 0",
    });
  }
  const points = new Float64Array(2 * n);
  for (let j = 0; j < n; j++) {
    const angle = offset + (2 * Math.PI * j) / n;
    points[2 * j] = Math.cos(angle);
    points[2 * j + 1] = Math.sin(angle);
  }
  return { m: n, d: 2, points, weights: new Float64Array(n).fill(1 / n) };
}

/**
 * The product rule of S²: Gauss–Legendre in z times the trapezoid rule in the azimuth, exact for spherical polynomials
 * up to `degree`, against the uniform probability.
 * @param degree an integer in [0, 2000] (1)
 * @returns ⌈(degree + 1)/2⌉·(degree + 1) weighted points in R³, z ascending
 * @throws out-of-range
 * @cost O(degree²)
 * @accuracy 5e-14 on the Gram matrix of spherical harmonics (special-functions/spherical-harmonics.test.ts)
 * @source derived
 */
export function sphereRule(degree: number): WeightedPoints {
  requireCount("sphereRule", "the degree", degree, 0, 2000);
  const rows = Math.ceil((degree + 1) / 2);
  const columns = degree + 1;
  const { nodes, weights: heights } = gaussLegendre(rows);
  const circle = circleRule(columns);
  const points = new Float64Array(3 * rows * columns);
  const weights = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const z = nodes[i]!;
    const radius = Math.sqrt((1 - z) * (1 + z));
    for (let j = 0; j < columns; j++) {
      const k = i * columns + j;
      points[3 * k] = radius * circle.points[2 * j]!;
      points[3 * k + 1] = radius * circle.points[2 * j + 1]!;
      points[3 * k + 2] = z;
      weights[k] = heights[i]! / (2 * columns);
    }
  }
  return { m: rows * columns, d: 3, points, weights };
}

/**
 * The zonal rule of S^{d−1}: Σ w_i f(t_i) ≈ ∫f(⟨x, e⟩)dσ(x), σ the uniform probability: the law of one coordinate, of
 * density ∝ (1 − t²)^{(d−3)/2}; exact for degree ≤ 2n − 1.
 * @param n number of nodes, an integer in [1, 2000] (1)
 * @param dimension d, an integer in [2, 10⁶] (1)
 * @returns nodes in (−1, 1), weights that sum to 1
 * @throws out-of-range
 * @cost O(n²)
 * @accuracy as gaussGegenbauer, α = d/2 − 1 (index.test.ts)
 * @source derived
 */
export function zonalRule(n: number, dimension: number): QuadratureRule {
  requireCount("zonalRule", "the dimension", dimension, 2, 1e6);
  return gaussGegenbauer(n, dimension / 2 - 1);
}
