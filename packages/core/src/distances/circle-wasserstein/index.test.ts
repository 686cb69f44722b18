import { expect, test } from "vitest";
import { InputError } from "../../foundation/errors/index.js";
import { cloudOf } from "../../foundation/law/index.js";
import { stream } from "../../foundation/random/index.js";
import type { PointCloud } from "../../laws/contract.js";
import { assignment } from "../shared/assignment.js";
import { circleWasserstein } from "./index.js";

const distance = circleWasserstein.bind({}, 1);

function cloudAt(angles: readonly number[]): PointCloud {
  return cloudOf(Float64Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)])), angles.length, 2);
}

function randomAngles(n: number, seed: number): number[] {
  const out = new Float64Array(n);
  stream({ seed, purpose: "circle distance" }).fillUniform(out);
  return Array.from(out, (value) => 2 * Math.PI * value);
}

/** ρ_j on n cells of the circle. */
function densityOf(n: number, density: (angle: number) => number): PointCloud {
  const angles = Array.from({ length: n }, (_, j) => (2 * Math.PI * (j + 0.5)) / n);
  const raw = angles.map(density);
  const total = raw.reduce((a, b) => a + b, 0);
  const cells = { volumes: new Float64Array(n).fill((2 * Math.PI) / n), shape: [n], periodic: [true] };
  return { ...cloudAt(angles), weights: Float64Array.from(raw, (value) => value / total), cells };
}

test("it is the optimal assignment in arc length", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const [a, b] = [randomAngles(12, seed), randomAngles(12, seed + 50)];
    const cost = Float64Array.from(
      a.flatMap((x) =>
        b.map((y) => {
          const gap = Math.abs(x - y) % (2 * Math.PI);
          return Math.min(gap, 2 * Math.PI - gap);
        }),
      ),
    );
    // Two exact algorithms: rounding of angles from their cosines.
    expect(Math.abs(distance(cloudAt(a), cloudAt(b)) - assignment(cost, 12).cost / 12)).toBeLessThan(1e-13);
  }
});

test("one point against the uniform density: π/2; against the antipode: π; across the cut: the short way", () => {
  for (const angle of [0, 1, 3.1, 6.2]) {
    expect(
      distance(
        cloudAt([angle]),
        densityOf(16, () => 1),
      ),
    ).toBeCloseTo(Math.PI / 2, 13);
    expect(distance(cloudAt([angle]), cloudAt([angle + Math.PI]))).toBeCloseTo(Math.PI, 13);
  }
  expect(distance(cloudAt([0.1]), cloudAt([6.2]))).toBeCloseTo(0.1 + 2 * Math.PI - 6.2, 13);
});

test("1 + ε cos kθ against the uniform density: 2ε/(πk), at second order in the cells", () => {
  // F − G = ε sin(kθ)/(2πk), whose median is 0: W_1 = (ε/2πk)·4.
  const [epsilon, k] = [0.3, 3];
  const errors = [64, 128, 256].map((n) => {
    const found = distance(
      densityOf(n, (angle) => 1 + epsilon * Math.cos(k * angle)),
      densityOf(n, () => 1),
    );
    return Math.abs(found - (2 * epsilon) / (Math.PI * k));
  });
  // Even masses in a cell: second order.
  expect(errors[1]! / errors[2]!).toBeGreaterThan(3.8);
  expect(errors[2]!).toBeLessThan(1e-4);
});

test("quantiles of a density approach it like 1/n, far below the width of a cell", () => {
  const density = densityOf(64, () => 1);
  const n = 10_000;
  const points = cloudAt(Array.from({ length: n }, (_, i) => (2 * Math.PI * (i + 0.5)) / n));
  // Each atom takes up 2π/n evenly: the mean distance is a quarter of it.
  expect(distance(points, density)).toBeCloseTo(Math.PI / 2 / n, 10);
});

test("refuses what is not on the circle", () => {
  const off = cloudOf(Float64Array.of(1, 1), 1, 2);
  expect(() => distance(off, cloudAt([0]))).toThrow(InputError);
  expect(() => distance(off, cloudAt([0]))).toThrow("length 1");
});
