import { describe, expect, test } from "vitest";
import { normals } from "../../../test/helpers/arrays.js";
import { experiment } from "../../experiment/index.js";
import { createReferenceBackend } from "../../foundation/backend/index.js";
import { symmetricRankUpdate } from "../../foundation/linear-algebra/index.js";
import type { WeightedPoints } from "../../foundation/shapes/index.js";
import { none } from "../../masks/none/index.js";
import { sinkhorn } from "./index.js";
import { solveLaplacian } from "./laplacian.js";
import { scaleByNewton } from "./newton.js";

const limits = { tolerance: 1e-12, maxIterations: 1000 };

describe("the Laplacian solve never subtracts", () => {
  test("two pairs joined by 10^{−18} keep every digit of both scales", () => {
    const joint = 1e-18;
    // 0–1 by weight 2, 2–3 by weight 3, 1–2 by the joint; one unit of flow from 3 to 0: potentials add up along the way.
    const weights = new Float64Array(16);
    const join = (i: number, j: number, a: number) => {
      weights[i * 4 + j] = a;
      weights[j * 4 + i] = a;
    };
    join(0, 1, 2);
    join(1, 2, joint);
    join(2, 3, 3);
    const x = solveLaplacian(weights, Float64Array.of(-1, 0, 0, 1));
    // Sums of positive numbers: a few roundings. LU would meet 2 + 1e-18 − 2 = 0.
    expect(Math.abs(x[1]! / 0.5 - 1)).toBeLessThan(1e-15);
    expect(Math.abs(x[2]! / 1e18 - 1)).toBeLessThan(1e-15);
  });

  test("is a solution on a full graph", () => {
    const m = 30;
    const weights = new Float64Array(m * m);
    normals(m * m, 1).forEach((value, k) => {
      const [i, j] = [Math.floor(k / m), k % m];
      if (j < i) weights[k] = value ** 2;
      if (j < i) weights[j * m + i] = value ** 2;
    });
    const b = normals(m, 2);
    const mean = b.reduce((sum, one) => sum + one, 0) / m;
    const right = b.map((one) => one - mean);
    const x = solveLaplacian(weights.slice(), right);
    for (let i = 0; i < m; i++) {
      let sum = 0;
      for (let j = 0; j < m; j++) if (j !== i) sum += weights[i * m + j]! * (x[i]! - x[j]!);
      // Thirty terms of size one.
      expect(Math.abs(sum - right[i]!)).toBeLessThan(1e-13);
    }
  });
});

/** π_11 of two points with masses w, 1 − w and the odds e^κ = π_11π_22/(π_12π_21), by the quadratic formula. */
function twoByTwo(w: number, kappa: number): number {
  // x(1 − 2w + x) = e^κ(w − x)².
  const odds = Math.exp(-kappa);
  const [a, b, c] = [1 - odds, -(2 * w + odds * (1 - 2 * w)), w * w];
  return (2 * c) / (-b + Math.sqrt(b * b - 4 * a * c));
}

test.each([
  [0.3, 2],
  [0.5, 10],
  [0.01, 25],
  [0.8, -12],
])("two points of masses %d and the rest, odds e^%d: the quadratic formula", (w, kappa) => {
  const scores = Float64Array.of(kappa, 0, 0, 0);
  const weights = Float64Array.of(w, 1 - w);
  const { columns, error } = scaleByNewton(scores, weights, limits, symmetricRankUpdate);
  expect(error).toBeLessThanOrEqual(1e-12);
  const [one, other] = [w * Math.exp(kappa + columns[0]!), (1 - w) * Math.exp(columns[1]!)];
  // The marginal error.
  expect(Math.abs((w * one) / (one + other) - twoByTwo(w, kappa))).toBeLessThan(1e-12);
});

const open = none.bind({});

function fieldOf(source: WeightedPoints, params: object): Float64Array {
  const attention = sinkhorn.bind(
    sinkhorn.params.parse(params),
    { d: source.d, span: [0, 1] },
    createReferenceBackend(),
  );
  const field = new Float64Array(source.m * source.d);
  attention.fieldAt(source, source, open, 0, { field });
  return field;
}

const cloudOf = (initial: object, geometry: string): WeightedPoints =>
  experiment({ model: { attention: "softmax", geometry }, initial, levels: { particles: {} } }).initial.cloud();

const clouds: [string, (seed: number) => WeightedPoints][] = [
  ["Gaussian tokens of the plane", (seed) => cloudOf({ gaussian: { mean: [0, 0], n: 64, seed } }, "euclidean")],
  ["uniform tokens of S²", (seed) => cloudOf({ "uniform-sphere": { d: 3, n: 64, seed } }, "sphere")],
];

describe.each(clouds)("%s, where sweeps crawl", (_name, cloud) => {
  test.each([0.03, 0.01])("ε = %d converges within the default limits: columns sum to 1", (epsilon) => {
    for (const seed of [1, 2, 3]) {
      const source = cloud(seed);
      const field = fieldOf(source, { epsilon });
      for (let a = 0; a < source.d; a++) {
        let [gap, size] = [0, 0];
        for (let i = 0; i < source.m; i++) {
          gap += (field[i * source.d + a]! - source.points[i * source.d + a]! / epsilon) / source.m;
          size = Math.max(size, Math.abs(source.points[i * source.d + a]!) / epsilon);
        }
        // The marginal error 1e-10 against values y/ε.
        expect(Math.abs(gap)).toBeLessThan(1e-10 * size);
      }
    }
  });

  test("as ε → 0 every token sees itself, the best matching of a cloud with itself", () => {
    const source = cloud(1);
    const deviation = (epsilon: number) => {
      const field = fieldOf(source, { epsilon });
      return field.reduce((most, value, k) => Math.max(most, Math.abs(epsilon * value - source.points[k]!)), 0);
    };
    // Pairs nearer than √ε mix, so no token is off by more than a few √ε.
    expect(deviation(0.01)).toBeLessThan(0.2);
    expect(deviation(0.01)).toBeLessThan(deviation(0.03));
  });
});

test("Newton and accelerated sweeps agree where both arrive", () => {
  const source = clouds[0]![1](1);
  // Some 45 sweeps do at ε = .1, so that the field is made without a Newton step.
  for (const epsilon of [0.1, 0.3]) {
    const scores = new Float64Array(64 * 64);
    for (let i = 0; i < 64; i++) {
      for (let j = 0; j < 64; j++) {
        const [x, y] = [source.points.subarray(2 * i, 2 * i + 2), source.points.subarray(2 * j, 2 * j + 2)];
        scores[i * 64 + j] = (x[0]! * y[0]! + x[1]! * y[1]!) / epsilon;
      }
    }
    const { columns } = scaleByNewton(scores, source.weights, limits, symmetricRankUpdate);
    const field = fieldOf(source, { epsilon, tolerance: 1e-13 });
    for (let i = 0; i < 64; i++) {
      const logits = Array.from({ length: 64 }, (_, j) => scores[i * 64 + j]! + columns[j]!);
      const top = Math.max(...logits);
      const shares = logits.map((one) => Math.exp(one - top));
      const total = shares.reduce((sum, one) => sum + one, 0);
      const mean = shares.reduce((sum, one, j) => sum + (one / total) * source.points[2 * j]!, 0);
      // Marginal errors of 1e-12 and 1e-13 over the gap of the slowest mode, some 1e-2.
      expect(Math.abs(field[2 * i]! - mean / epsilon)).toBeLessThan(1e-9);
    }
  }
});

test("points without mass are carried along", () => {
  const source = clouds[0]![1](2);
  const weights = source.weights.map((_, j) => (j < 40 ? 1 / 40 : 0));
  const inside = { ...source, m: 40, points: source.points.slice(0, 80), weights: weights.slice(0, 40) };
  const whole = fieldOf({ ...source, weights }, { epsilon: 0.02 });
  const part = fieldOf(inside, { epsilon: 0.02 });
  // Both to a marginal error of 1e-10, times y/ε of a hundred.
  for (let k = 0; k < 80; k++) expect(Math.abs(whole[k]! - part[k]!)).toBeLessThan(1e-7);
});
