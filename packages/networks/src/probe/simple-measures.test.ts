import { SolveError } from "@meanfield/core/foundation/errors";
import { stream } from "@meanfield/core/foundation/random";
import { expect, test } from "vitest";
import type { Cloud, ProbeMeasure } from "./contract.js";
import { cloudMoments } from "./moments.js";
import { effectiveRank, meanCosine, meanNorm, traceCovariance } from "./simple-measures.js";

const cloud = (rows: readonly (readonly number[])[]): Cloud => ({
  n: rows.length,
  d: rows[0]!.length,
  points: Float64Array.from(rows.flat()),
});
const value = (measure: ProbeMeasure, of: Cloud): number =>
  measure.measure(of, { moments: cloudMoments(of), seed: 0, wantNull: false }).value;

function gaussian(n: number, d: number, deviation: (a: number) => number): Cloud {
  const random = stream({ seed: 2, purpose: "measures test" });
  return { n, d, points: Float64Array.from({ length: n * d }, (_, i) => deviation(i % d) * random.normal()) };
}

test("a cross: norms, trace, rank and cosines by hand", () => {
  const cross = cloud([
    [2, 0],
    [-2, 0],
    [0, 2],
    [0, -2],
  ]);
  expect(value(meanNorm, cross)).toBe(2);
  expect(value(traceCovariance, cross)).toBe(4);
  // Both eigenvalues are 2; exp(log 2) rounds.
  expect(value(effectiveRank, cross)).toBeCloseTo(2, 13);
  // Twelve ordered pairs, four of them opposite: −4/12.
  expect(value(meanCosine, cross)).toBeCloseTo(-1 / 3, 14);
});

test("effective rank of eigenvalues 3 : 1 is exp of their entropy", () => {
  const root = Math.sqrt(3);
  const entropy = -(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25));
  const stretched = cloud([
    [root, 0],
    [-root, 0],
    [0, 1],
    [0, -1],
  ]);
  // Eigenvalues of a diagonal 2 × 2 matrix: rounding.
  expect(value(effectiveRank, stretched)).toBeCloseTo(Math.exp(entropy), 12);
});

test("the spectrum from the Gram matrix (n < d) equals that of the covariance", () => {
  const wide = gaussian(7, 12, (a) => 1 / (1 + a));
  const short = cloudMoments(wide).spectrum();
  const padded = { n: 7, d: 12, points: wide.points };
  const covariance = cloudMoments(padded).covariance();
  const square = short.reduce((sum, lambda) => sum + lambda * lambda, 0);
  // tr Σ and tr Σ² are symmetric functions of the eigenvalues: two other ways to the same numbers, up to rounding.
  expect(short.reduce((sum, lambda) => sum + lambda, 0)).toBeCloseTo(value(traceCovariance, wide), 12);
  expect(square).toBeCloseTo(
    covariance.reduce((sum, entry) => sum + entry * entry, 0),
    12,
  );
  expect(short.length).toBe(7);
  expect(value(effectiveRank, wide)).toBeLessThanOrEqual(6);
});

test("the effective rank does not see rotations or scale; the mean cosine does not see token norms", () => {
  const base = gaussian(40, 3, (a) => 1 + a);
  const c = Math.cos(0.7);
  const s = Math.sin(0.7);
  const turned = base.points.slice();
  for (let i = 0; i < 40; i++) {
    const x = base.points[3 * i]!;
    const z = base.points[3 * i + 2]!;
    turned[3 * i] = 5 * (c * x - s * z);
    turned[3 * i + 1]! *= 5;
    turned[3 * i + 2] = 5 * (s * x + c * z);
  }
  // Rounding of eigenvalues of size 100.
  expect(value(effectiveRank, { ...base, points: turned })).toBeCloseTo(value(effectiveRank, base), 11);
  const scaled = base.points.map((x, k) => x * (1 + Math.floor(k / 3)));
  expect(value(meanCosine, { ...base, points: scaled })).toBeCloseTo(value(meanCosine, base), 12);
});

test("clouds without a spread or a direction are refused, not turned into NaN", () => {
  expect(() =>
    value(
      effectiveRank,
      cloud([
        [1, 2],
        [1, 2],
      ]),
    ),
  ).toThrow(SolveError);
  expect(() =>
    value(
      meanCosine,
      cloud([
        [1, 2],
        [0, 0],
      ]),
    ),
  ).toThrow(/token 1 = 0/);
});
