import type { Backend, KernelDescription, PointBatch } from "@meanfield/core/foundation/backend";
import { uniformSphere } from "@meanfield/core/foundation/random";
import { tokens } from "@meanfield/core/foundation/shapes";
import type { BenchCase } from "./row.js";

const dense = { dense: true, logWeight: () => 0, decay: 0 };
const seed = 20240607;

/** Softmax with Q = K = V = I and β = 1. */
export function softmaxKernel(d: number): KernelDescription {
  const identity = Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? 1 : 0));
  const head = { beta: 1, queryKey: identity, value: identity };
  return { weight: "exponential", normalisation: "partition", heads: [head] };
}

function require(mine: boolean | undefined): void {
  if (mine !== true) throw new Error("the backend left a kernel of the benchmark to the reference");
}

/** One velocity of n tokens that are uniform on the unit sphere. */
export function softmaxCase(backend: Backend, n: number, d: number): BenchCase {
  const cloud = tokens(uniformSphere(n, d, seed), n, d);
  const kernel = softmaxKernel(d);
  const field = new Float64Array(n * d);
  return {
    row: { kernel: "softmax", backend: backend.name, precision: backend.precision, n, d, threads: backend.threads },
    pairs: n * n,
    run: () => require(backend.field(kernel, cloud, cloud, dense, { field })),
  };
}

/** One velocity of every one of `count` systems of n tokens. */
export function ensembleCase(backend: Backend, count: number, n: number, d: number): BenchCase {
  const weights = new Float64Array(n).fill(1 / n);
  const batch: PointBatch = { count, m: n, d, weights, points: uniformSphere(count * n, d, seed) };
  const kernel = softmaxKernel(d);
  const field = new Float64Array(count * n * d);
  return {
    row: { kernel: "ensemble", backend: backend.name, precision: backend.precision, n, d, threads: backend.threads },
    pairs: count * n * n,
    run: () => require(backend.fieldBatch?.(kernel, batch, dense, { field })),
  };
}

/** The product of two d×d matrices; a pair is one multiplication. */
export function productCase(backend: Backend, d: number): BenchCase {
  const [a, b, out] = [uniformSphere(d, d, seed), uniformSphere(d, d, seed + 1), new Float64Array(d * d)];
  return {
    row: { kernel: "product", backend: backend.name, precision: "f64", n: d, d, threads: 1 },
    pairs: d ** 3,
    run: () => backend.linearAlgebra!.matMul(a, b, d, d, d, out),
  };
}

/** Standard normals; a pair is one of them. */
export function normalsCase(backend: Backend, count: number): BenchCase {
  const out = new Float64Array(count);
  return {
    row: { kernel: "normals", backend: backend.name, precision: "f64", n: count, d: 1, threads: 1 },
    pairs: count,
    run: () => require(backend.normals?.({ seed, purpose: "bench" }, out)),
  };
}
