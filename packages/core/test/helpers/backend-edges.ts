import { expect, test } from "vitest";
import { type Backend, createReferenceBackend, type KernelDescription } from "../../src/foundation/backend/index.js";
import { tokens } from "../../src/foundation/shapes/index.js";
import { normals } from "./arrays.js";
import { compute, dense, type Problem, slackOf } from "./backend-problems.js";
import { naiveAttention } from "./naive-attention.js";

/** Far below 0 the sigmoid is e^s: log ∫w dμ = s, and the quotient of sums stays one of numbers, whatever the range of floats. */
function expectSigmoidTail(backend: Backend): void {
  const head = { beta: 1, queryKey: Float64Array.of(1), value: Float64Array.of(1) };
  const query = tokens(Float64Array.of(-1), 1, 1);
  for (const depth of [50, 87, 100, 300, 708, 740, 800, 5000]) {
    const two = tokens(Float64Array.of(depth, depth + 1), 2, 1);
    // Weights e^−depth and e^−depth−1, of mass ½ each.
    const log = -depth + Math.log((1 + Math.exp(-1)) / 2);
    const mean = depth + 1 / (1 + Math.E);
    for (const normalisation of ["mass", "partition"] as const) {
      const { mine, out } = compute(backend, [{ weight: "sigmoid", normalisation, heads: [head] }, two, query, dense]);
      if (!mine) continue;
      const slack = slackOf(backend) * depth;
      expect(Math.abs(out.logPartition![0]! - log), `log-partition at −${depth}`).toBeLessThan(slack);
      const wanted = normalisation === "partition" ? mean : Math.exp(log) * mean;
      expect(Math.abs(out.field[0]! - wanted), `field at −${depth}`).toBeLessThan(slack);
    }
  }
}

/** Clouds of any size, with scores that do not shrink with them as long as a number holds such a β: Γ relative to the cloud. */
function expectAnySize(backend: Backend): void {
  const [n, d] = [40, 3];
  const [unit, one] = [normals(n * d, 31), Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1)];
  const problemOf = (beta: number, size: number): Problem => {
    const points = unit.map((x) => size * x);
    const cloud = tokens(points, n, d);
    const heads = [{ beta, queryKey: one, value: one }];
    return [{ weight: "exponential", normalisation: "partition", heads }, cloud, cloud, dense];
  };
  for (const size of [1, 1e-5, 1e-12, 1e-17, 1e-20, 1e-30, 1e-38, 1e-46, 1e-100, 1e-150, 1e-200, 1e-310]) {
    for (const scores of [1, 40]) {
      const beta = Math.min(scores / size ** 2, 1e290);
      const { mine, out } = compute(backend, problemOf(beta, size));
      if (!mine) continue;
      const wanted = naiveAttention(...problemOf(beta * size * size, 1)).field;
      // Scores of 40 carry forty roundings; coordinates of 1e-310 have an ulp of 5e-324.
      const slack = (slackOf(backend) + 5e-324 / size) * (1 + scores);
      for (const [i, value] of wanted.entries()) {
        expect(Math.abs(out.field[i]! / size - value), `size ${size}, scores ${scores}`).toBeLessThan(slack);
      }
    }
  }
}

/** A system that is tiny beside the others of its batch: right relative to itself, or the batch is declined. */
function expectUnequalSizes(backend: Backend): void {
  const [m, d, count] = [8, 2, 20];
  const one = Float64Array.of(1, 0, 0, 1);
  const kernel: KernelDescription = {
    weight: "exponential",
    normalisation: "partition",
    heads: [{ beta: 1, queryKey: one, value: one }],
  };
  for (const size of [1e-12, 1e-50, 1e-315]) {
    const points = normals(count * m * d, 5);
    for (let k = 3 * m * d; k < 4 * m * d; k++) points[k]! *= size;
    const field = new Float64Array(points.length);
    const batch = { count, m, d, points, weights: new Float64Array(m).fill(1 / m) };
    if (!backend.fieldBatch?.(kernel, batch, dense, { field })) continue;
    const cloud = tokens(points.slice(3 * m * d, 4 * m * d), m, d);
    for (const [k, value] of naiveAttention(kernel, cloud, cloud, dense).field.entries()) {
      expect(Math.abs(field[3 * m * d + k]! - value)).toBeLessThan(slackOf(backend) * size);
    }
  }
}

/** Scores ±10⁴: all weight on one token, so Γ is that token, and log ∫w dμ = 10⁴ − log 3. */
function expectFiniteAtHugeScores(backend: Backend): void {
  const kernel: KernelDescription = {
    weight: "exponential",
    normalisation: "partition",
    heads: [{ beta: 1, queryKey: Float64Array.of(1), value: Float64Array.of(1) }],
  };
  const source = tokens(Float64Array.of(-100, 40, 100), 3, 1);
  const { mine, out } = compute(backend, [kernel, source, tokens(Float64Array.of(-100, 100), 2, 1), dense]);
  if (!mine) return;
  const slack = slackOf(backend);
  expect(Math.abs(out.field[0]! + 100)).toBeLessThan(100 * slack);
  expect(Math.abs(out.field[1]! - 100)).toBeLessThan(100 * slack);
  for (const value of out.logPartition!) expect(Math.abs(value - (1e4 - Math.log(3)))).toBeLessThan(1e4 * slack);
  for (const value of out.entropy!) expect(value).toBe(0);
}

/** Sizes, scores and kernels at the edge of what a backend can hold. */
export function backendEdges(backend: Backend): void {
  test("is right relative to a cloud of any size, or declines", () => expectAnySize(backend));

  test("is right relative to every system of a batch, or declines", () => expectUnequalSizes(backend));

  test.each(["sigmoid", "linear"] as const)("takes no dual potential beside the weight %s", (weight) => {
    const cloud = tokens(Float64Array.of(1, 2), 2, 1);
    const head = {
      beta: 1,
      queryKey: Float64Array.of(1),
      value: Float64Array.of(1),
      keyPotential: new Float64Array(2),
    };
    const kernel = { weight, normalisation: "mass", heads: [head] } as const;
    const compute = () => backend.field(kernel, cloud, cloud, dense, { field: new Float64Array(2) });
    // Declined, so that the reference says why; or refused at once.
    let mine = false;
    expect(() => {
      mine = compute();
      if (!mine) createReferenceBackend().field(kernel, cloud, cloud, dense, { field: new Float64Array(2) });
    }).toThrow(/dual potentials need weights e\^score/);
    expect(mine).toBe(false);
  });

  test("keeps the logarithm and the quotient of sigmoids that underflow, or declines", () =>
    expectSigmoidTail(backend));

  test("stays finite where e^{β⟨Qx,Ky⟩} over- and underflows", () => expectFiniteAtHugeScores(backend));
}
