import { describe, expect, test } from "vitest";
import type {
  Backend,
  FieldOutput,
  KernelDescription,
  KernelWeight,
  PerceptronLayer,
  PointBatch,
  Visibility,
} from "../../src/foundation/backend/index.js";
import { matMulTN } from "../../src/foundation/linear-algebra/index.js";
import { stream } from "../../src/foundation/random/index.js";
import { normals } from "./arrays.js";
import { backendEdges } from "./backend-edges.js";
import { compute, dense, type Problem, slackOf } from "./backend-problems.js";
import { naiveAttention } from "./naive-attention.js";
import { rowsContract } from "./rows-contract.js";
import { weighted } from "./weighted.js";

const hidden = Number.NEGATIVE_INFINITY;
const causal: Visibility = { dense: false, logWeight: (query, key) => (key <= query ? 0 : hidden), decay: 0 };
/** The keys of a window around the query, on both sides. */
const nearby: Visibility = {
  dense: false,
  logWeight: (query, key) => (Math.abs(query - key) <= 0.26 ? 0 : hidden),
  decay: 0,
};
/** The past, fading as e^{−3(s−s')}. */
const fading: Visibility = {
  dense: false,
  logWeight: (query, key) => (key <= query ? -3 * (query - key) : hidden),
  decay: 3,
};
/** A rule that `decay` cannot say: every key, the nearer the more. */
const bell: Visibility = { dense: false, logWeight: (query, key) => -4 * (query - key) ** 2 };
const masks = { dense, causal, nearby, fading, bell };

/** GᵀG/d of a random G. */
function gram(d: number, seed: number): Float64Array {
  const factor = normals(d * d, seed, 1 / d);
  const product = new Float64Array(d * d);
  matMulTN(factor, factor, d, d, d, product);
  return product;
}

function headsOf(count: number, d: number, beta: number, seed: number): KernelDescription["heads"] {
  return Array.from({ length: count }, (_, h) => ({
    beta: beta + 0.3 * h,
    queryKey: normals(d * d, seed + 10 * h, 1 / Math.sqrt(d)),
    value: normals(d * d, seed + 10 * h + 1, 1 / Math.sqrt(d)),
    keyGram: gram(d, seed + 10 * h + 2),
    queryGram: gram(d, seed + 10 * h + 3),
    bias: 0.4 - h,
  }));
}

const kernels = [
  ["exponential", "partition"],
  ["exponential", "mass"],
  ["shifted-exponential", "mass"],
  ["gaussian", "partition"],
  ["gaussian", "mass"],
  ["sigmoid", "mass"],
  ["linear", "mass"],
] as const;

type Wanted = { readonly [key in "field" | "logPartition" | "entropy"]: readonly number[] };

function expectClose(backend: Backend, out: FieldOutput, wanted: Wanted): void {
  for (const key of ["field", "logPartition", "entropy"] as const) {
    const got = out[key];
    if (got === undefined) continue;
    const scale = 1 + Math.max(...wanted[key].map(Math.abs));
    for (const [i, value] of wanted[key].entries()) {
      expect(Math.abs(got[i]! - value)).toBeLessThan(slackOf(backend) * scale);
    }
  }
}

function agree(backend: Backend, ...problem: Problem): void {
  const { mine, out } = compute(backend, problem);
  if (!mine) {
    expect(out.field.every(Number.isNaN)).toBe(true);
    expect(backend.declined!()).toMatch(/^[a-z].*[^.]$/);
    return;
  }
  expectClose(backend, out, naiveAttention(...problem));
}

const naive = (out: FieldOutput): Wanted => ({
  field: [...(out.field ?? [])],
  logPartition: [...(out.logPartition ?? [])],
  entropy: [...(out.entropy ?? [])],
});

/** The kernel of every weight on one cloud, with dual potentials where the weight has room for them. */
function expectPotentials(backend: Backend): void {
  const cloud = weighted(37, 3, 11);
  for (const weight of ["exponential", "gaussian"] satisfies KernelWeight[]) {
    const heads = headsOf(2, 3, 0.8, 3).map((head, h) => ({ ...head, keyPotential: normals(37, 60 + h, 2) }));
    agree(backend, { weight, normalisation: "partition", heads }, cloud, weighted(9, 3, 2), dense);
    agree(backend, { weight, normalisation: "mass", heads }, cloud, cloud, causal);
  }
}

/** A batch is its systems one by one, bit for bit where the backend says so; a system has the same bits in every batch. */
function expectBatch(backend: Backend, count: number, m: number, d: number, mask: Visibility): void {
  const { weights, positions } = weighted(m, d, 5);
  const points = normals(count * m * d, 21);
  const batch: PointBatch = { count, m, d, points, weights, positions: positions! };
  for (const [weight, normalisation] of kernels) {
    const kernel: KernelDescription = { weight, normalisation, heads: headsOf(2, d, 1.1, 3) };
    const field = new Float64Array(count * m * d).fill(Number.NaN);
    const logPartition = new Float64Array(count * 2 * m).fill(Number.NaN);
    const out: FieldOutput = weight === "linear" ? { field } : { field, logPartition };
    if (!backend.fieldBatch?.(kernel, batch, mask, out)) {
      expect(field.every(Number.isNaN)).toBe(true);
      continue;
    }
    for (let k = 0; k < count; k++) {
      const system = { m, d, weights, positions: positions!, points: points.subarray(k * m * d, (k + 1) * m * d) };
      const mine: FieldOutput = {
        field: field.subarray(k * m * d, (k + 1) * m * d),
        ...(weight === "linear" ? {} : { logPartition: logPartition.subarray(k * 2 * m, (k + 1) * 2 * m) }),
      };
      expectClose(backend, mine, naiveAttention(kernel, system, system, mask));
      const single: PointBatch = { ...batch, count: 1, points: system.points };
      const own: FieldOutput = {
        field: new Float64Array(m * d),
        ...(weight === "linear" ? {} : { logPartition: new Float64Array(2 * m) }),
      };
      expect(backend.fieldBatch(kernel, single, mask, own)).toBe(true);
      expect([weight, normalisation, own]).toEqual([weight, normalisation, mine]);
      const alone = new Float64Array(m * d);
      if (!backend.field(kernel, system, system, mask, { field: alone })) continue;
      if (backend.exactBatches) expect(mine.field).toEqual(alone);
      else expectClose(backend, mine, { field: [...alone], logPartition: [...(mine.logPartition ?? [])], entropy: [] });
    }
  }
}

/** Every backend counts alike: a field of one system is one, whatever its heads and queries; a batch counts its systems. */
function expectCounts(backend: Backend): void {
  const cloud = weighted(20, 3, 3);
  const kernel: KernelDescription = { weight: "exponential", normalisation: "partition", heads: headsOf(2, 3, 1, 2) };
  const counted = () => backend.activity!().summation.reduce((sum, { evaluations }) => sum + evaluations, 0);
  counted();
  expect(compute(backend, [kernel, cloud, weighted(7, 3, 5), dense]).mine).toBe(true);
  expect(counted()).toBe(1);
  expect(counted()).toBe(0);
  const batch: PointBatch = { count: 6, m: 20, d: 3, points: normals(6 * 60, 3), weights: cloud.weights };
  if (backend.fieldBatch?.(kernel, batch, dense, { field: new Float64Array(6 * 60) })) expect(counted()).toBe(6);
}

/** out + factor·Σ_j σ(a_j·x + b_j) o_j from the definition. */
function expectPerceptron(backend: Backend, activation: PerceptronLayer["activation"]): void {
  const [n, d, width] = [29, 5, 11];
  const layer: PerceptronLayer = {
    activation,
    width,
    input: normals(width * d, 1),
    bias: normals(width, 2),
    output: normals(width * d, 3),
  };
  const points = normals(n * d, 4);
  const start = normals(n * d, 5);
  const out = start.slice();
  if (!backend.perceptron?.(layer, points, n, -1.5, out)) {
    expect(out).toEqual(start);
    return;
  }
  const sigma = { relu: (s: number) => Math.max(0, s), tanh: Math.tanh, linear: (s: number) => s };
  const sigmoid = (s: number) => 1 / (1 + Math.exp(-s));
  const curve = { ...sigma, sigmoid, silu: (s: number) => s * sigmoid(s) }[activation];
  for (let i = 0; i < n; i++) {
    for (let e = 0; e < d; e++) {
      let wanted = start[i * d + e]!;
      for (let j = 0; j < width; j++) {
        let s = layer.bias[j]!;
        for (let c = 0; c < d; c++) s += layer.input[j * d + c]! * points[i * d + c]!;
        wanted -= 1.5 * curve(s) * layer.output[j * d + e]!;
      }
      // Eleven units of size a few.
      expect(Math.abs(out[i * d + e]! - wanted)).toBeLessThan(slackOf(backend) * 30);
    }
  }
}

function expectPartialOutput(backend: Backend): void {
  const cloud = weighted(20, 3, 3);
  const kernel: KernelDescription = {
    weight: "exponential",
    normalisation: "partition",
    heads: headsOf(1, 3, 1, 2),
  };
  const all = compute(backend, [kernel, cloud, cloud, dense]);
  const alone = new Float64Array(20);
  const mine = backend.field(kernel, cloud, cloud, dense, { logPartition: alone });
  // The same sums in another order: 20 terms of size one.
  if (mine && all.mine) expectClose(backend, { logPartition: alone }, { ...naive(all.out) });
}

function expectPurity(backend: Backend): void {
  const cloud = weighted(50, 4, 3);
  const before = structuredClone(cloud);
  const kernel: KernelDescription = {
    weight: "exponential",
    normalisation: "partition",
    heads: headsOf(2, 4, 1, 2),
  };
  const [first, second] = [
    compute(backend, [kernel, cloud, cloud, causal]),
    compute(backend, [kernel, cloud, cloud, causal]),
  ];
  expect(second).toEqual(first);
  expect(cloud).toEqual(before);
}

/** What a backend may do beside attention. */
function furtherWork(backend: Backend): void {
  test.each(["relu", "tanh", "sigmoid", "silu", "linear"] as const)("computes a perceptron layer: %s", (activation) =>
    expectPerceptron(backend, activation),
  );

  rowsContract(backend);

  test("draws the project's normals bit for bit", () => {
    const key = { seed: 12, purpose: "tokens", run: 3, step: 5 };
    const wanted = new Float64Array(10_001);
    stream(key).fillNormal(wanted);
    const got = new Float64Array(10_001);
    if (backend.normals?.(key, got)) expect(got).toEqual(wanted);
    else expect(got.every((value) => value === 0)).toBe(true);
  });
}

/**
 * What every backend must satisfy, against an independent O(n²) definition. A backend may decline a kernel (false); then
 * it must not have touched the output.
 */
export function backendContract(name: string, create: () => Backend): void {
  describe(`backend ${name}`, () => {
    const backend = create();

    test.each(kernels)("agrees with the definition: %s, %s", (weight, normalisation) => {
      for (const [n, d, count] of [
        [1, 1, 1],
        [2, 3, 1],
        [33, 4, 2],
        [130, 8, 3],
        [17, 5, 1],
      ] as const) {
        for (const mask of Object.values(masks)) {
          const cloud = weighted(n, d, 7 * n + d);
          agree(backend, { weight, normalisation, heads: headsOf(count, d, 1.2, n) }, cloud, cloud, mask);
        }
      }
    });

    test("takes queries that are not the source, and any β: zero, negative, large", () => {
      for (const beta of [0, -2, 8]) {
        const kernel = { weight: "exponential", normalisation: "partition", heads: headsOf(2, 3, beta, 5) } as const;
        agree(backend, kernel, weighted(40, 3, 1), weighted(9, 3, 2), dense);
      }
    });

    backendEdges(backend);

    test("adds dual potentials to the scores", () => expectPotentials(backend));

    test.each(Object.keys(masks) as (keyof typeof masks)[])("computes a batch as its systems, mask %s", (mask) => {
      for (const [count, m, d] of [
        [1, 1, 1],
        [7, 32, 8],
        [5, 9, 3],
      ] as const) {
        expectBatch(backend, count, m, d, masks[mask]);
      }
    });

    furtherWork(backend);

    test("counts the fields of systems", () => expectCounts(backend));

    test("computes only what is asked for", () => expectPartialOutput(backend));

    test("writes the same bits twice and changes nothing it reads", () => expectPurity(backend));
  });
}
