import { expect, test } from "vitest";
import type { PointCloud } from "../../laws/contract.js";
import { measureOnce, unitCloud } from "../shared/test-model.test-helper.js";
import { roughness } from "./index.js";

function lawOf(
  shape: readonly number[],
  periodic: readonly boolean[],
  density: (...at: number[]) => number,
): PointCloud {
  const m = shape.reduce((a, b) => a * b, 1);
  const raw = Float64Array.from({ length: m }, (_, j) => density(Math.floor(j / (shape[1] ?? 1)), j % (shape[1] ?? 1)));
  const total = raw.reduce((a, b) => a + b, 0);
  const cells = { volumes: new Float64Array(m).fill(0.5), shape, periodic };
  return { ...unitCloud(m, 2), weights: raw.map((value) => value / total), cells };
}

const of = (law: PointCloud) => measureOnce(roughness, law)[0]!;

test("a Gaussian peak of s cells has 1 − e^{−1/4s²}; single cells and tokens have 1; the uniform law 0", () => {
  for (const s of [1, 2, 5]) {
    const law = lawOf([200], [true], (i) => Math.exp(-0.5 * ((i - 100.3) / s) ** 2));
    // Sums of a sampled Gaussian equal their integrals to e^{−π²s²/4}, .085 at s = 1.
    expect(Math.abs(of(law) - (1 - Math.exp(-1 / (4 * s * s))))).toBeLessThan(s === 1 ? 1e-4 : 1e-13);
  }
  expect(of(lawOf([50], [true], (i) => (i % 10 === 0 ? 1 : 0)))).toBeCloseTo(1, 14);
  expect(of(unitCloud(5, 3))).toBe(1);
  expect(of(lawOf([50], [true], () => 1))).toBe(0);
});

test("jumps count across the seam of a closed axis only, and along the worst axis", () => {
  const step = (i: number) => (i < 25 ? 1 : 0);
  expect(of(lawOf([50], [true], step))).toBeCloseTo(2 / 2 / 25, 14);
  expect(of(lawOf([50], [false], step))).toBeCloseTo(1 / 2 / 25, 14);
  const striped = (_i: number, j: number) => (j % 2 === 0 ? 1 : 0);
  expect(of(lawOf([6, 8], [false, true], striped))).toBeCloseTo(1, 14);
});
