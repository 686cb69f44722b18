import type { Backend, FieldOutput, KernelDescription, Visibility } from "@meanfield/core/foundation/backend";
import { createReferenceBackend } from "@meanfield/core/foundation/backend";
import { matMulTN, ownLinearAlgebra } from "@meanfield/core/foundation/linear-algebra";
import { stream } from "@meanfield/core/foundation/random";
import { tokens, type WeightedPoints } from "@meanfield/core/foundation/shapes";
import { expect, test } from "vitest";
import { normals } from "../../../core/test/helpers/arrays.js";
import { backendContract } from "../../../core/test/helpers/backend-contract.js";
import { linearAlgebraContract } from "../../../core/test/helpers/linear-algebra-contract.js";
import { accuracyContract } from "../../test/helpers/accuracy-contract.js";
import { everyMachine, type Machine } from "../../test/helpers/native-machines.js";
import { type NativeBackend, openNative } from "./index.js";

const reference = createReferenceBackend();
const dense: Visibility = { dense: true, logWeight: () => 0, decay: 0 };
const causal: Visibility = {
  dense: false,
  logWeight: (query, key) => (key <= query ? 0 : Number.NEGATIVE_INFINITY),
  decay: 0,
};

/** n tokens on the sphere of the given radius. */
function sphere(n: number, d: number, seed: number, radius = 1): WeightedPoints {
  const points = normals(n * d, seed);
  for (let i = 0; i < n; i++) {
    const row = points.subarray(i * d, (i + 1) * d);
    const norm = Math.hypot(...row);
    row.forEach((x, c) => {
      row[c] = (radius * x) / norm;
    });
  }
  return tokens(points, n, d);
}

function identityKernel(d: number, beta: number): KernelDescription {
  const identity = Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? 1 : 0));
  return { weight: "exponential", normalisation: "partition", heads: [{ beta, queryKey: identity, value: identity }] };
}

const outputs = (m: number, d: number, heads = 1) => ({
  field: new Float64Array(m * d),
  logPartition: new Float64Array(heads * m),
});

function compute(backend: Backend, kernel: KernelDescription, cloud: WeightedPoints, mask = dense) {
  const out = outputs(cloud.m, cloud.d, kernel.heads.length);
  expect(backend.field(kernel, cloud, cloud, mask, out)).toBe(true);
  return out;
}

const gap = (a: Float64Array, b: Float64Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

test("threads must be a number of threads", () => {
  for (const threads of [0, 1.5, Number.NaN, 5000]) expect(() => openNative({ threads })).toThrow(/threads must be/);
});

/** The promise, relative to max|Vx| = 1; β max|Qx||Ky| = |β|. In float64, scores of size β have an ulp of β·1.1e-16. */
function boundOf(precision: "f64" | "f32", beta: number): number {
  return precision === "f64" ? Math.max(1e-13, 4e-16 * Math.abs(beta)) : 6e-7 * (1 + Math.abs(beta));
}

function expectAccuracy(d: number, backends: readonly NativeBackend[]): void {
  const cloud = sphere(400, d, d);
  // β = 1 keeps the plain exponentials in range, 300 needs the running maximum in float32, 3000 in both precisions.
  for (const beta of [0, 1, 300, -3000]) {
    for (const mask of [dense, causal]) {
      const wanted = compute(reference, identityKernel(d, beta), cloud, mask);
      for (const backend of backends) {
        const got = compute(backend, identityKernel(d, beta), cloud, mask);
        const bound = boundOf(backend.precision, beta);
        expect(gap(got.field, wanted.field)).toBeLessThan(bound);
        expect(gap(got.logPartition, wanted.logPartition)).toBeLessThan(bound * (1 + Math.abs(beta)));
      }
    }
  }
}

/** Bits that do not depend on threads, at a size that wakes them, for one system and for a batch. */
function expectSameBits({ open }: Machine, precision: "f64" | "f32"): void {
  const backends = [1, 2, 5].map((threads) => open({ precision, threads }));
  for (const [n, d, beta] of [
    [1201, 2, 1],
    [601, 20, 400],
  ] as const) {
    const cloud = sphere(n, d, 3);
    for (const mask of [dense, causal]) {
      const results = backends.map((backend) => compute(backend, identityKernel(d, beta), cloud, mask));
      for (const other of results.slice(1)) expect(other).toEqual(results[0]);
    }
  }
  const batch = { count: 40, ...sphere(100, 8, 4), points: normals(40 * 100 * 8, 9) };
  const fields = backends.map((backend) => {
    const field = new Float64Array(batch.points.length);
    expect(backend.fieldBatch(identityKernel(8, 1), batch, dense, { field })).toBe(true);
    return field;
  });
  for (const other of fields.slice(1)) expect(other).toEqual(fields[0]);
  for (const backend of backends) backend.close();
}

/** A call that must be left to the reference, without a trace in the output. */
function expectDeclined(backend: NativeBackend, kernel: KernelDescription, source: WeightedPoints, mask: Visibility) {
  const out: FieldOutput = { field: new Float64Array(source.m * source.d).fill(Number.NaN) };
  expect(backend.field(kernel, source, source, mask, out)).toBe(false);
  expect(out.field!.every(Number.isNaN)).toBe(true);
  expect(backend.activity().summation).toEqual([]);
}

everyMachine.suite("the native backend", (machine) => {
  const { instructionSets, open } = machine;

  for (const instructions of instructionSets) {
    for (const precision of ["f64", "f32"] as const) {
      backendContract(`native ${precision} ${instructions}`, () => open({ precision, instructions }));
      accuracyContract(`native ${precision} ${instructions}`, () => open({ precision, instructions }));
    }
  }
  linearAlgebraContract("native products", () => open({}).linearAlgebra);

  test.each([1, 2, 3, 7, 8, 9, 16, 40, 64])("is as accurate as promised at d = %d", (d) => {
    const precisions = ["f64", "f32"] as const;
    const backends = instructionSets.flatMap((instructions) =>
      precisions.map((precision) => open({ precision, instructions })),
    );
    expectAccuracy(d, backends);
    for (const backend of backends) backend.close();
  });

  test.each(["f64", "f32"] as const)("writes the same bits for any number of threads: %s", (precision) =>
    expectSameBits(machine, precision),
  );

  test("keys without mass change nothing, and ranges skip them", () => {
    const cloud = sphere(90, 3, 8);
    const weights = cloud.weights.map((_, j) => (j % 3 === 1 ? 0 : 1 / 60));
    const with0 = { ...cloud, weights };
    for (const mask of [dense, causal]) {
      const [got, wanted] = [open({}), reference].map((one) => compute(one, identityKernel(3, 2), with0, mask));
      // Sixty terms of size one.
      expect(gap(got!.field, wanted!.field)).toBeLessThan(1e-14);
    }
  });

  test("entropies of one key, of equal keys, and of weights that underflow", () => {
    const [backend, n] = [open({}), 500];
    const entropyOf = (points: Float64Array, beta: number) => {
      const entropy = new Float64Array(n);
      const cloud = tokens(points, n, 1);
      backend.field(identityKernel(1, beta), cloud, cloud, dense, { entropy });
      return entropy;
    };
    // log 500 and its sum have an ulp of 9e-16.
    for (const value of entropyOf(new Float64Array(n).fill(0.7), 40)) {
      expect(Math.abs(value - Math.log(n))).toBeLessThan(5e-15);
    }
    const apart = Float64Array.from({ length: n }, (_, i) => (i === 0 ? 100 : 1));
    expect(entropyOf(apart, 10)[0]).toBe(0);
  });

  test("declines what it cannot keep its promise for", () => {
    const cloud = sphere(10, 2, 1);
    const { positions: _, ...bare } = cloud;
    const huge = { ...cloud, points: cloud.points.map((x) => 1e20 * x) };
    const broken = { ...cloud, points: cloud.points.map((x, i) => (i === 3 ? Number.NaN : x)) };
    const blind: Visibility = { ...causal, logWeight: (q, k) => (k < q ? 0 : Number.NEGATIVE_INFINITY) };
    const [first] = identityKernel(2, 1).heads;
    // The second head is out of range: the first must not have been written.
    const late: KernelDescription = { ...identityKernel(2, 1), heads: [first!, { ...first!, beta: 1e30 }] };
    for (const precision of ["f64", "f32"] as const) {
      const backend = open({ precision });
      expectDeclined(backend, identityKernel(2, 1), huge, dense);
      expectDeclined(backend, identityKernel(2, 1), broken, dense);
      expectDeclined(backend, identityKernel(2, 1), cloud, blind);
      expectDeclined(backend, identityKernel(2, 1), bare, causal);
      expectDeclined(backend, late, cloud, dense);
      expectDeclined(backend, { ...identityKernel(2, 1), weight: "gaussian" }, cloud, dense);
      backend.close();
    }
  });

  test("refuses arrays that are too short, and work after close", () => {
    const [backend, cloud] = [open({}), sphere(10, 2, 1)];
    const short = { ...cloud, points: cloud.points.subarray(1) };
    const field = new Float64Array(20);
    expect(() => backend.field(identityKernel(2, 1), short, cloud, dense, { field })).toThrow(/points must hold 20/);
    expect(() => backend.field(identityKernel(2, 1), cloud, cloud, dense, { field: field.subarray(1) })).toThrow(
      /field must hold 20/,
    );
    expect(() => backend.linearAlgebra.matMul(field, field, 20, 20, 20, field)).toThrow(/a must hold 400/);
    backend.close();
    backend.close();
    expect(() => backend.field(identityKernel(2, 1), cloud, cloud, dense, { field })).toThrow(/closed backend/);
  });

  test("draws normals across pieces, of any key, with the bits of the stream", () => {
    for (const instructions of instructionSets) {
      const backend = open({ instructions });
      for (const key of [
        { seed: 2 ** 52 + 3, purpose: "noise", run: 7, token: 2 ** 32 - 1, step: 2 ** 40 + 5 },
        { seed: 0, purpose: "" },
      ]) {
        for (const length of [1, 2, 15, 8191, 40_003]) {
          const [got, wanted] = [new Float64Array(length), new Float64Array(length)];
          stream(key).fillNormal(wanted);
          expect(backend.normals(key, got)).toBe(true);
          expect(got).toEqual(wanted);
        }
      }
    }
  });

  test("counts its fields since it was last asked", () => {
    const backend = open({});
    compute(backend, identityKernel(2, 1), sphere(10, 2, 1));
    compute(backend, identityKernel(2, 1), sphere(10, 2, 1));
    expect(backend.activity().summation).toEqual([{ method: "direct", evaluations: 2, bound: 0, fallBacks: 0 }]);
    expect(backend.activity().summation).toEqual([]);
  });

  test("products of sizes beyond one pass agree with the own ones", () => {
    const [m, k, n] = [70, 401, 53];
    const [a, b] = [normals(k * m, 1), normals(k * n, 2)];
    const wanted = new Float64Array(m * n);
    matMulTN(a, b, m, k, n, wanted);
    for (const instructions of instructionSets) {
      const of = open({ threads: 2, instructions }).linearAlgebra;
      const got = new Float64Array(m * n);
      of.matMulTN(a, b, m, k, n, got);
      // 401 terms of size about one, in two orders.
      expect(gap(got, wanted)).toBeLessThan(401 * Number.EPSILON * 4);
      expect(of.cholesky).toBe(ownLinearAlgebra.cholesky);
    }
  });

  test("combinations have the bits of the own one on every instruction set", () => {
    const terms = Array.from({ length: 11 }, (_, j) => normals(4099, j));
    const weights = terms.map((_, j) => (j === 4 ? 0 : 1 / (1 + j)));
    const base = normals(4099, 20);
    const wanted = base.slice();
    ownLinearAlgebra.combine(base, 0.3, weights, terms, wanted);
    for (const instructions of instructionSets) {
      const got = base.slice();
      open({ instructions }).linearAlgebra.combine(base, 0.3, weights, terms, got);
      expect(got).toEqual(wanted);
    }
  });
});
