import {
  type Backend,
  createReferenceBackend,
  type KernelDescription,
  type KernelWeight,
} from "@meanfield/core/foundation/backend";
import { tokens, type WeightedPoints } from "@meanfield/core/foundation/shapes";
import { describe, expect, test } from "vitest";
import { flip, normals, product } from "../../../core/test/helpers/arrays.js";

const dense = { dense: true, logWeight: () => 0, decay: 0 };

function onSphere(raw: Float64Array, d: number): Float64Array {
  const out = raw.slice();
  for (let i = 0; i < out.length; i += d) {
    const norm = Math.hypot(...out.subarray(i, i + d));
    for (let a = i; a < i + d; a++) out[a]! /= norm;
  }
  return out;
}

/** Tokens around one pole, or around both in turns. */
function around(n: number, d: number, seed: number, spread: number, poles: 1 | 2): Float64Array {
  const pole = normals(d, seed);
  const sign = (k: number) => (poles === 2 && Math.floor(k / d) % 2 === 1 ? -1 : 1);
  return onSphere(
    normals(n * d, seed + 1, spread).map((value, k) => value + sign(k) * pole[k % d]!),
    d,
  );
}

/**
 * Tokens that are hard on a kernel: spread out, in tight clusters, at two poles, nearly or wholly the same, as they are at
 * the end of the dynamics; there all terms of a sum are equal and round to the same side.
 */
const clouds = {
  uniform: (n: number, d: number) => onSphere(normals(n * d, 1), d),
  clustered: (n: number, d: number) => {
    const centres = normals(3 * d, 2);
    return onSphere(
      normals(n * d, 3, 1e-3).map((value, k) => value + centres[(Math.floor(k / d) % 3) * d + (k % d)]!),
      d,
    );
  },
  antipodal: (n: number, d: number) => around(n, d, 4, 1e-2, 2),
  duplicates: (n: number, d: number) => around(n, d, 6, 1e-9, 1),
  identical: (n: number, d: number) => around(n, d, 8, 0, 1),
};

function greatestDistance(a: Float64Array, b: Float64Array, d: number): number {
  let greatest = 0;
  for (let i = 0; i < a.length; i += d) {
    let square = 0;
    for (let k = i; k < i + d; k++) square += (a[k]! - b[k]!) ** 2;
    greatest = Math.max(greatest, Math.sqrt(square));
  }
  return greatest;
}

/** ‖A‖₂ by power iteration on AᵀA. */
function spectralNorm(a: Float64Array, d: number): number {
  let x = normals(d, 9);
  let size = 0;
  for (let step = 0; step < 100; step++) {
    const y = product(flip(a, d, d), product(a, x, d, d, 1), d, d, 1);
    size = Math.hypot(...y);
    x = y.map((value) => value / size);
  }
  return Math.sqrt(size);
}

/**
 * What a backend promises of |Γ̃ − Γ| on the unit sphere with V = I, where no score exceeds `scores`, masks and potentials
 * included; of log ∫w dμ relative to 1 + its size.
 * f64: a score of size 1000 is off by some 1e-13 on either side, and so is its weight.
 * f32: 6e-8 is half a unit in the last place; a score carries it, and so does a sum.
 */
const promised = (precision: "f64" | "f32", scores: number): number =>
  precision === "f64" ? 1e-13 : 10 * (1 + scores) * 6e-8;

const betas = [0.01, 1, 30, 1000];
const sizes = [
  [127, 1],
  [257, 2],
  [300, 3],
  [100, 9],
  [129, 17],
  [90, 64],
] as const;
const weights: readonly KernelWeight[] = ["exponential", "gaussian"];

/** Every kernel over one cloud, with a bound on its scores. */
function* kernelsOf(d: number): Generator<[KernelDescription, scores: number]> {
  const identity = Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? 1 : 0));
  const random = normals(d * d, 8, 1 / Math.sqrt(d));
  for (const beta of betas) {
    for (const weight of weights) {
      const head = { beta, queryKey: identity, value: identity, keyGram: identity, queryGram: identity };
      yield [{ weight, normalisation: "partition", heads: [head] }, beta];
    }
    const head = { beta, queryKey: random, value: identity };
    yield [{ weight: "exponential", normalisation: "partition", heads: [head] }, beta * spectralNorm(random, d)];
  }
}

function expectPromised(backend: Backend, cloud: WeightedPoints): void {
  const { m, d } = cloud;
  const reference = createReferenceBackend();
  for (const [kernel, scores] of kernelsOf(d)) {
    const [got, wanted] = [new Float64Array(m * d), new Float64Array(m * d)];
    expect(backend.field(kernel, cloud, cloud, dense, { field: got })).toBe(true);
    reference.field(kernel, cloud, cloud, dense, { field: wanted });
    const what = `${kernel.weight} β=${kernel.heads[0]!.beta}, n=${m}, d=${d}`;
    expect(greatestDistance(got, wanted, d), what).toBeLessThan(promised(backend.precision, scores));
  }
}

/** Positions 0 … 1, and a mask of the past that fades at a rate. */
const fading = (rate: number) => ({
  dense: false,
  decay: rate,
  logWeight: (query: number, key: number) => (key <= query ? rate * (key - query) : Number.NEGATIVE_INFINITY),
});

/** Scores to which keys or a mask add something, which float32 rounds as it does the rest. */
function expectPromisedBeside(backend: Backend, n: number, d: number): void {
  const points = clouds.uniform(n, d);
  const cloud = { ...tokens(points, n, d), positions: Float64Array.from({ length: n }, (_, k) => k / (n - 1)) };
  const reference = createReferenceBackend();
  const identity = Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? 1 : 0));
  for (const size of [0, 8, 50]) {
    const keyPotential = normals(n, 5, size);
    const range = Math.max(...keyPotential) - Math.min(...keyPotential);
    for (const rate of [0, 5, 50]) {
      const mask = rate === 0 ? dense : fading(rate);
      const head = { beta: 0.2, queryKey: identity, value: identity, keyPotential };
      const kernel = { weight: "exponential", normalisation: "partition", heads: [head] } as const;
      const out = () => ({ field: new Float64Array(n * d), logPartition: new Float64Array(n) });
      const [got, wanted] = [out(), out()];
      expect(backend.field(kernel, cloud, cloud, mask, got)).toBe(true);
      reference.field(kernel, cloud, cloud, mask, wanted);
      const bound = promised(backend.precision, 0.2 + range + rate);
      const what = `potentials ${size}, rate ${rate}, n=${n}, d=${d}`;
      expect(greatestDistance(got.field, wanted.field, d), what).toBeLessThan(bound);
      const logs = wanted.logPartition.map((log, i) => Math.abs(got.logPartition[i]! - log) / (1 + Math.abs(log)));
      expect(Math.max(...logs), what).toBeLessThan(bound);
    }
  }
}

/** Registers the tests of what a backend promises of its accuracy. */
export function accuracyContract(name: string, open: () => Backend | Promise<Backend>): void {
  describe(`accuracy of ${name}`, () => {
    test.each(Object.keys(clouds) as (keyof typeof clouds)[])("tokens %s", async (cloud) => {
      const backend = await open();
      for (const [n, d] of sizes) expectPromised(backend, tokens(clouds[cloud](n, d), n, d));
    });
    test("potentials and fading masks", async () => {
      const backend = await open();
      for (const [n, d] of sizes) expectPromisedBeside(backend, n, d);
    });
  });
}
