import { describe, expect, test } from "vitest";
import type { Backend, KernelDescription, Visibility } from "../../src/foundation/backend/index.js";
import { tokens, type WeightedPoints } from "../../src/foundation/shapes/index.js";
import { normals } from "./arrays.js";
import { naiveAttention } from "./naive-attention.js";

const dense: Visibility = { dense: true, logWeight: () => 0 };
const causal: Visibility = { dense: false, logWeight: (query, key) => (key <= query ? 0 : Number.NEGATIVE_INFINITY) };

function headsOf(count: number, d: number, beta: number, seed: number): KernelDescription["heads"] {
  return Array.from({ length: count }, (_, h) => ({
    beta: beta + 0.3 * h,
    queryKey: normals(d * d, seed + 10 * h, 1 / Math.sqrt(d)),
    value: normals(d * d, seed + 10 * h + 1, 1 / Math.sqrt(d)),
  }));
}

function weighted(m: number, d: number, seed: number): WeightedPoints {
  const raw = normals(m, seed + 1).map((value) => value * value + 0.1);
  const total = raw.reduce((a, b) => a + b, 0);
  return { ...tokens(normals(m * d, seed), m, d), weights: raw.map((value) => value / total) };
}

const kernels = [
  ["exponential", "partition"],
  ["exponential", "mass"],
  ["shifted-exponential", "mass"],
] as const;

/** Sums of a few hundred terms of size one, in float64 or float32. */
const slackOf = (backend: Backend): number => (backend.precision === "f64" ? 1e-12 : 2e-5);

type Problem = readonly [kernel: KernelDescription, source: WeightedPoints, queries: WeightedPoints, mask: Visibility];

function compute(backend: Backend, [kernel, source, queries, mask]: Problem) {
  const size = kernel.heads.length * queries.m;
  const out = {
    field: new Float64Array(queries.m * source.d).fill(Number.NaN),
    logPartition: new Float64Array(size).fill(Number.NaN),
    entropy: new Float64Array(size).fill(Number.NaN),
  };
  return { mine: backend.field(kernel, source, queries, mask, out), out };
}

function agree(backend: Backend, ...problem: Problem): void {
  const { mine, out } = compute(backend, problem);
  if (!mine) {
    expect(out.field.every(Number.isNaN)).toBe(true);
    return;
  }
  const wanted = naiveAttention(...problem);
  for (const key of ["field", "logPartition", "entropy"] as const) {
    const scale = 1 + Math.max(...wanted[key].map(Math.abs));
    for (const [i, value] of wanted[key].entries()) {
      expect(Math.abs(out[key][i]! - value)).toBeLessThan(slackOf(backend) * scale);
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
  for (const value of out.logPartition) expect(Math.abs(value - (1e4 - Math.log(3)))).toBeLessThan(1e4 * slack);
  for (const value of out.entropy) expect(value).toBe(0);
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
        for (const mask of [dense, causal]) {
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

    test("stays finite where e^{β⟨Qx,Ky⟩} over- and underflows", () => expectFiniteAtHugeScores(backend));

    test("writes the same bits twice and changes nothing it reads", () => {
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
    });
  });
}
