import { describe, expect, test } from "vitest";
import { normals, product, rowsOf } from "../../../test/helpers/arrays.js";
import { distanceMax } from "../../../test/helpers/slope.js";
import { experiment, runExperiment } from "../../experiment/index.js";
import { createReferenceBackend } from "../../foundation/backend/index.js";
import { tokens, type WeightedPoints } from "../../foundation/shapes/index.js";
import { none } from "../../masks/none/index.js";
import { sinkhorn } from "./index.js";
import { scaleToMarginals } from "./scaling.js";

const open = none.bind({});
const [n, d] = [20, 2];
const [Q, K] = [normals(4, 1), normals(4, 2)];
const cloud = tokens(normals(n * d, 3), n, d);

function fieldOf(params: Record<string, unknown>, source: WeightedPoints = cloud) {
  const bound = sinkhorn.bind(
    sinkhorn.params.parse({ Q: rowsOf(Q, d, d), K: rowsOf(K, d, d), ...params }),
    { d, span: [0, 1] },
    createReferenceBackend(),
  );
  const field = new Float64Array(source.m * d);
  bound.fieldAt(source, source, open, 0, { field });
  return field;
}

/** e^{⟨Qx,Ky⟩/ε} scaled by plain alternating division, n× a doubly stochastic matrix, entry by entry. */
function plainPlan(epsilon: number, weights: Float64Array): Float64Array {
  const [asks, keys] = [product(cloud.points, transposed(Q), n, d, d), product(cloud.points, transposed(K), n, d, d)];
  const plan = product(asks, flipped(keys), n, d, n).map((score) => Math.exp(score / epsilon));
  for (let sweep = 0; sweep < 5000; sweep++) {
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += weights[j]! * plan[i * n + j]!;
      for (let j = 0; j < n; j++) plan[i * n + j]! /= sum;
    }
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += weights[i]! * plan[i * n + j]!;
      for (let i = 0; i < n; i++) plan[i * n + j]! /= sum;
    }
  }
  return plan;
}
const transposed = (m: Float64Array) => Float64Array.of(m[0]!, m[2]!, m[1]!, m[3]!);
const flipped = (m: Float64Array) =>
  Float64Array.from({ length: n * d }, (_, k) => m[(k % n) * d + Math.floor(k / n)]!);

describe("Sinkhorn attention on weighted points is plain alternating scaling", () => {
  const uneven = cloud.points.map((_, k) => 1 + (k % 3)).subarray(0, n);
  const total = uneven.reduce((a, b) => a + b, 0);
  test.each([
    ["equal weights", cloud.weights],
    ["uneven weights", uneven.map((w) => w / total)],
  ])("%s", (_name, weights) => {
    for (const epsilon of [3, 0.5]) {
      const plan = plainPlan(epsilon, weights);
      const wanted = product(
        plan.map((entry, k) => (entry * weights[k % n]!) / epsilon),
        cloud.points,
        n,
        n,
        d,
      );
      // The stated marginal error, times 1/ε and tokens of size two; 5000 plain sweeps are at rounding.
      expect(distanceMax(fieldOf({ epsilon, tolerance: 1e-13 }, { ...cloud, weights }), wanted)).toBeLessThan(1e-11);
    }
  });

  test("the stated tolerance is what the field is good to", () => {
    const exact = fieldOf({ epsilon: 0.5, tolerance: 1e-14 });
    for (const tolerance of [1e-4, 1e-7, 1e-10]) {
      // |Γ − Γ_exact| ≤ (marginal error)/(1 − rate) · |y|/ε, with 1/(1 − rate) about ten here.
      expect(distanceMax(fieldOf({ epsilon: 0.5, tolerance }), exact)).toBeLessThan(100 * tolerance);
    }
  });

  test("Σ_i Γ(x_i) = (1/ε)Σ_j Vy_j: columns sum to 1", () => {
    const field = fieldOf({ epsilon: 0.3, tolerance: 1e-13 });
    for (let a = 0; a < d; a++) {
      let [sent, had] = [0, 0];
      for (let i = 0; i < n; i++) {
        sent += field[i * d + a]!;
        had += cloud.points[i * d + a]! / 0.3;
      }
      // n tokens of size two over ε, each good to 1e-13.
      expect(Math.abs(sent - had)).toBeLessThan(1e-11);
    }
  });
});

test("acceleration needs fewer sweeps than plain scaling where that is slow, and reports the error it reached", () => {
  // T(g) = g* + R(g − g*) with R a rotation-free contraction of rates .99, .9, .5 and 0.
  const rates = [0.99, 0.9, 0.5, 0];
  const weights = new Float64Array(4).fill(0.25);
  const toRows = (g: Float64Array, out: Float64Array) => out.set(g);
  const toColumns = (f: Float64Array, out: Float64Array) => out.set(f.map((value, j) => rates[j]! * value));
  const limits = { tolerance: 1e-12, maxIterations: 50 };
  const { error, iterations, columns } = scaleToMarginals(
    toRows,
    toColumns,
    weights,
    Float64Array.of(1, 1, 1, 1),
    limits,
  );
  // GMRES on four eigenvalues ends in five iterations; plain sweeps would need log(1e-12)/log(.99) = 2749.
  expect(iterations).toBeLessThan(12);
  expect(error).toBeLessThanOrEqual(1e-12);
  // Error 1e-12 of g − T(g), over 1 − .99.
  expect(Math.max(...columns.map(Math.abs))).toBeLessThan(1e-9);
});

describe("a scaling that does not converge", () => {
  const document = (maxIterations: number) => ({
    model: { attention: { sinkhorn: { epsilon: 0.02, maxIterations } } },
    initial: { gaussian: { mean: [0, 0], n: 40, seed: 1 } },
    levels: { particles: {} },
  });

  test("throws the marginal error it reached", () => {
    expect(() => fieldOf({ epsilon: 0.01, maxIterations: 3 })).toThrow(
      /sinkhorn attention: the marginals must be right to tolerance = 1e-10, got a marginal error of 0?\.?\d.* after 3 iterations/,
    );
  });

  test("ends a run as failed, with a code and the marginal error", () => {
    const { outcome } = runExperiment(experiment(document(4))).levels["particles"]!;
    expect(outcome).toMatchObject({ status: "failed", code: "no-convergence", t: 0 });
    expect(outcome.status === "failed" && outcome.message).toMatch(/a marginal error of .* after 4 iterations/);
  });
});

test.each([
  [0.5, 1e-10],
  // So small that Newton's method is asked.
  [0.02, 1e-10],
])(
  "what a scaling leaves behind decides no bit of the next, ε = %d: clouds that grow, shrink, fail and come again",
  (epsilon, tolerance) => {
    const params = sinkhorn.params.parse({ epsilon, tolerance, heads: [{}, { V: { scale: 2 } }], maxIterations: 400 });
    const bind = () => sinkhorn.bind(params, { d, span: [0, 1] }, createReferenceBackend());
    const kept = bind();
    const on = (attention: ReturnType<typeof bind>, m: number, scale: number) => {
      const source = tokens(
        normals(m * d, m).map((value) => scale * value),
        m,
        d,
      );
      const field = new Float64Array(m * d);
      try {
        attention.fieldAt(source, source, open, 0, { field });
        return field;
      } catch (error) {
        return String(error);
      }
    };
    for (const [m, scale] of [
      [20, 1],
      [7, 1],
      [30, 1],
      [30, 40],
      [20, 1],
    ] as const) {
      // The same operations in the same order, in memory that has been used or not: bit for bit.
      expect(on(kept, m, scale)).toEqual(on(bind(), m, scale));
    }
  },
);

test("a mask is refused where the document says it", () => {
  const attempt = () =>
    experiment({
      model: { attention: "sinkhorn", mask: "causal" },
      initial: { gaussian: { mean: [0, 0] } },
      levels: { particles: {} },
    });
  expect(attempt).toThrow(
    "model: sinkhorn attention is defined only where every token sees every token, got the mask causal.",
  );
});
