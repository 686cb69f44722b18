import type { Backend, KernelDescription, PointBatch } from "@meanfield/core/foundation/backend";
import { ownLinearAlgebra } from "@meanfield/core/foundation/linear-algebra";
import { stream, uniformSphere } from "@meanfield/core/foundation/random";
import { tokens } from "@meanfield/core/foundation/shapes";
import type { BenchCase, BenchKernel, BenchSubject } from "./row.js";

const dense = { dense: true, logWeight: () => 0, decay: 0 };

/** Seed of the tokens, matrices and normals of every case. */
export const benchSeed = 20240607;

/** Systems of an ensemble. */
const systems = 256;

/** Softmax with Q = K = V = I and β = 1. */
export function softmaxKernel(d: number): KernelDescription {
  const identity = Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? 1 : 0));
  const head = { beta: 1, queryKey: identity, value: identity };
  return { weight: "exponential", normalisation: "partition", heads: [head] };
}

function require(mine: boolean): void {
  if (!mine) throw new Error("the backend left a kernel of the benchmark to the reference");
}

/** What attention computes for a pair: a score and a weighted mean of d multiply-adds each, and a weight. */
const attentionWork = (d: number) => ({ exponentials: 1, multiplyAdds: 2 * d });

function subjectOf(kernel: BenchKernel, backend: Backend, n: number, d: number): BenchSubject {
  const { name, variant, precision, threads } = backend;
  return { kernel, backend: name, ...(variant === undefined ? {} : { variant }), precision, n, d, threads };
}

/** One velocity of n tokens that are uniform on the unit sphere. */
export function softmaxCase(backend: Backend, n: number, d: number): BenchCase {
  const cloud = tokens(uniformSphere(n, d, benchSeed), n, d);
  const kernel = softmaxKernel(d);
  const field = new Float64Array(n * d);
  return {
    subject: subjectOf("softmax", backend, n, d),
    pairs: n * n,
    work: attentionWork(d),
    run: () => require(backend.field(kernel, cloud, cloud, dense, { field })),
  };
}

/**
 * Systems that are timed: all of them in one call, or by a backend that takes them one by one only so many that a run of
 * large ones ends.
 */
function systemsOf({ fieldBatch }: Backend, n: number): number {
  return fieldBatch === undefined ? Math.min(systems, Math.ceil(2 ** 18 / n ** 2)) : systems;
}

/** One velocity of every one of 256 systems of n tokens. */
export function ensembleCase(backend: Backend, n: number, d: number, count = systemsOf(backend, n)): BenchCase {
  const weights = new Float64Array(n).fill(1 / n);
  const batch: PointBatch = { count, m: n, d, weights, points: uniformSphere(count * n, d, benchSeed) };
  const kernel = softmaxKernel(d);
  const field = new Float64Array(count * n * d);
  const cloud = tokens(batch.points.subarray(0, n * d), n, d);
  const one = () => require(backend.field(kernel, cloud, cloud, dense, { field }));
  const { fieldBatch } = backend;
  return {
    subject: subjectOf("ensemble", backend, n, d),
    pairs: count * n * n,
    work: attentionWork(d),
    run:
      fieldBatch === undefined
        ? () => {
            for (let k = 0; k < count; k++) one();
          }
        : () => require(fieldBatch(kernel, batch, dense, { field })),
  };
}

/** The product of two d×d matrices in float64 on one thread. */
export function productCase(backend: Backend, d: number): BenchCase {
  const [a, b, out] = [uniformSphere(d, d, benchSeed), uniformSphere(d, d, benchSeed + 1), new Float64Array(d * d)];
  const { matMul } = backend.linearAlgebra ?? ownLinearAlgebra;
  return {
    subject: { ...subjectOf("product", backend, d, d), threads: 1 },
    pairs: d ** 3,
    work: { exponentials: 0, multiplyAdds: 1 },
    run: () => matMul(a, b, d, d, d, out),
  };
}

/** n standard normals of a stream, on one thread. */
export function normalsCase(backend: Backend, n: number): BenchCase {
  const out = new Float64Array(n);
  const key = { seed: benchSeed, purpose: "bench" };
  const { normals } = backend;
  return {
    subject: { ...subjectOf("normals", backend, n, 1), threads: 1 },
    pairs: n,
    run: normals === undefined ? () => stream(key).fillNormal(out) : () => require(normals(key, out)),
  };
}

/** The case of a kernel by its name; `product` has no n, `normals` no d. */
export function caseOf(kernel: BenchKernel, backend: Backend, n: number, d: number): BenchCase {
  switch (kernel) {
    case "softmax":
      return softmaxCase(backend, n, d);
    case "ensemble":
      return ensembleCase(backend, n, d);
    case "product":
      return productCase(backend, d);
    case "normals":
      return normalsCase(backend, n);
  }
}
