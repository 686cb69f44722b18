import {
  type Backend,
  createReferenceBackend,
  type FieldOutput,
  type KernelDescription,
  type Visibility,
} from "@meanfield/core/foundation/backend";
import { InputError } from "@meanfield/core/foundation/errors";
import { randomMatrix, uniformSphere } from "@meanfield/core/foundation/random";
import { tokens, type WeightedPoints } from "@meanfield/core/foundation/shapes";
import { describe, expect, test } from "vitest";
import { normals } from "../../../core/test/helpers/arrays.js";
import { backendContract } from "../../../core/test/helpers/backend-contract.js";
import { exactField } from "../../test/helpers/double-double-attention.js";
import { type FastMethodName, type FastSumsOptions, type Keeper, type Rates, withFastSums } from "./index.js";
import { fastMethods } from "./methods.js";

const dense = { dense: true, logWeight: () => 0, decay: 0 };
const causal = { dense: false, logWeight: (q: number, k: number) => (k <= q ? 0 : Number.NEGATIVE_INFINITY), decay: 0 };
/** A choice that no clock decides: the direct sum is dear. */
const eager: Rates = { multiplyAdd: 1, pair: () => 1e9 };
const identity = (d: number) => Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? 1 : 0));

function softmax(d: number, beta: number, heads = 1): KernelDescription {
  const head = { beta, queryKey: identity(d), value: identity(d) };
  return { weight: "exponential", normalisation: "partition", heads: Array.from({ length: heads }, () => head) };
}

const sphere = (n: number, d: number, seed = 1): WeightedPoints => tokens(uniformSphere(n, d, seed), n, d);

function fieldOf(backend: Backend, kernel: KernelDescription, source: WeightedPoints, mask: Visibility = dense) {
  const out = {
    field: new Float64Array(source.m * source.d).fill(Number.NaN),
    logPartition: new Float64Array(kernel.heads.length * source.m).fill(Number.NaN),
  };
  expect(backend.field(kernel, source, source, mask, out)).toBe(true);
  return out;
}

const gap = (a: Float64Array, b: Float64Array) =>
  a.reduce((most, value, k) => Math.max(most, Math.abs(value - b[k]!)), 0);

const fast = (options: Partial<FastSumsOptions> = {}) =>
  withFastSums(createReferenceBackend(), { accuracy: 1e-10, rates: eager, ...options });

const methodsOf = (backend: Backend) => backend.activity!().summation.map(({ method }) => method);

// The contract's slack is 1e-12, ten times what the methods are asked for. The spherical ones decline its clouds.
for (const method of ["exponential-grid", "pruned", "auto"] as const) {
  backendContract(`reference with fast sums, ${method}`, () => fast({ accuracy: 1e-13, method }));
}

describe("what is computed how", () => {
  test.each([
    [2, 3, "fourier"],
    [3, 3, "harmonics"],
    [5, 400, "pruned"],
  ] as const)("tokens on the sphere of R^%i at β = %i: %s", (d, beta, method) => {
    const backend = fast({ method });
    const source = sphere(400, d);
    const [got, wanted] = [
      fieldOf(backend, softmax(d, beta), source),
      fieldOf(createReferenceBackend(), softmax(d, beta), source),
    ];
    const report = backend.activity!().summation[0]!;
    expect(report).toMatchObject({ method, evaluations: 1, fallBacks: 0 });
    expect(report.bound).toBeGreaterThan(0);
    expect(report.bound).toBeLessThanOrEqual(1e-10);
    // The reference sums 400 terms of one size: 400 roundings, at β = 400 also those of the scores.
    expect(gap(got.field, wanted.field)).toBeLessThan(report.bound + 2e-13);
    expect(gap(got.logPartition, wanted.logPartition)).toBeLessThan(report.bound + 2e-13);
  });

  test("heads with orthogonal A of either determinant and any V add up", () => {
    const source = sphere(300, 3);
    const heads = [1, 2, 3].map((seed) => ({
      beta: seed === 2 ? -2 : 3,
      queryKey: randomMatrix("orthogonal", 3, 3, 1, seed),
      value: randomMatrix("ginibre", 3, 3, 1, seed),
    }));
    const kernel = { ...softmax(3, 1), heads };
    const backend = fast({ method: "harmonics" });
    const [got, wanted] = [fieldOf(backend, kernel, source), fieldOf(createReferenceBackend(), kernel, source)];
    // One field, whatever its heads; and what has been reported is not reported again.
    expect(backend.activity!().summation).toMatchObject([{ method: "harmonics", evaluations: 1, fallBacks: 0 }]);
    expect(backend.activity!()).toEqual({ summation: [], notices: [] });
    // Three heads within 1e-10·max|V x| ≤ 1e-10·3 each.
    expect(gap(got.field, wanted.field)).toBeLessThan(1e-9);
    expect(gap(got.logPartition, wanted.logPartition)).toBeLessThan(1e-10);
  });

  test("a query that is not certified is computed by the direct sum", () => {
    const source = sphere(200, 2);
    // Keys on one side, and half of the queries opposite, where Z is e^{−1400} of its greatest value.
    const keys = { ...source, points: source.points.map((x, k) => (k % 2 === 0 ? Math.abs(x) : x)) };
    const kernel = softmax(2, 700);
    const backend = fast({ method: "fourier" });
    const [got, wanted] = [new Float64Array(400), new Float64Array(400)];
    backend.field(kernel, keys, source, dense, { field: got });
    createReferenceBackend().field(kernel, keys, source, dense, { field: wanted });
    const { fallBacks } = backend.activity!().summation[0]!;
    expect(fallBacks).toBeGreaterThan(20);
    expect(fallBacks).toBeLessThan(180);
    // Certified ones to 1e-10 of |x| = 1, the others to the reference itself.
    expect(gap(got, wanted)).toBeLessThan(1.1e-10);
  });

  test.each([
    ["exponential-grid", 1e4, 0.01],
    ["pruned", 1e4, 0.01],
    ["pruned", 1e6, 1e-3],
    ["pruned", 1e8, 1e-4],
  ] as const)(
    "%s: the bound of log ∫w dμ holds its own rounding, of shifted weights at β = %d",
    (method, beta, size) => {
      const [m, d] = [200, 2];
      const points = normals(m * d, 2, size);
      const source = { m, d, points, weights: new Float64Array(m).fill(1 / m) };
      const kernel = { ...softmax(d, beta), weight: "shifted-exponential" as const };
      const exact = Float64Array.from(
        { length: m },
        (_, i) => exactField(kernel, kernel.heads[0]!, source, points.subarray(i * d, (i + 1) * d)).logPartition,
      );
      const errorOf = (backend: Backend): number => {
        const logPartition = new Float64Array(m);
        backend.field(kernel, source, source, dense, { logPartition });
        return gap(logPartition, exact);
      };
      const loose = fast({ method, accuracy: 1e-6 });
      const error = errorOf(loose);
      const [row] = loose.activity!().summation;
      expect(row).toMatchObject({ method, fallBacks: 0 });
      // What is compared with is correct to half a unit in the last place of log Z, about β.
      expect(error).toBeLessThanOrEqual(row!.bound + beta * 2 ** -53);
      // No number of this size is known to 1e-13: nothing certifies it.
      const strict = fast({ method, accuracy: 1e-13 });
      errorOf(strict);
      expect(strict.activity!().summation.find((one) => one.method === method)).toMatchObject({ fallBacks: m });
    },
  );

  test("few pairs, masks, entropies and other weights go to the direct sum", () => {
    const [few, many] = [sphere(20, 2), sphere(200, 2)];
    const reference = createReferenceBackend();
    const entropy = new Float64Array(200);
    for (const [kernel, source, mask, out] of [
      [softmax(2, 1), few, dense, {}],
      [softmax(2, 1), many, causal, {}],
      [softmax(2, 1), many, dense, { entropy }],
      [{ ...softmax(2, 1), weight: "sigmoid", normalisation: "mass" }, many, dense, {}],
    ] as [KernelDescription, WeightedPoints, typeof dense, FieldOutput][]) {
      const backend = fast();
      const [got, wanted] = [new Float64Array(2 * source.m), new Float64Array(2 * source.m)];
      backend.field(kernel, source, source, mask, { ...out, field: got });
      reference.field(kernel, source, source, mask, { ...out, field: wanted });
      expect(got).toEqual(wanted);
      expect(methodsOf(backend)).toEqual(["direct"]);
    }
  });

  test("a method asked for by name says that it takes no mask and computes no entropies; what is none is refused", () => {
    const source = sphere(200, 2);
    const masked = fast({ method: "fourier" });
    fieldOf(masked, softmax(2, 1), source, causal);
    expect(masked.activity!().notices).toEqual(["The direct sum was used: fast sums take no mask."]);
    const asked = fast({ method: "fourier" });
    asked.field(softmax(2, 1), source, source, dense, { entropy: new Float64Array(200) });
    expect(asked.activity!().notices).toEqual(["The direct sum was used: fast sums compute no entropies."]);
    expect(() => fast({ method: "furier" as "fourier" })).toThrow(/no method "furier"\. Did you mean "fourier"/);
  });

  test("rates that are kept are not measured again", () => {
    const kept = new Map<string, number>();
    const keep: Keeper = (name, measure) => {
      if (!kept.has(name)) kept.set(name, measure());
      return kept.get(name)!;
    };
    const backendOf = () => withFastSums(createReferenceBackend(), { accuracy: 1e-10, keep });
    const source = sphere(500, 2);
    fieldOf(backendOf(), softmax(2, 3), source);
    expect([...kept.keys()].sort()).toEqual(["multiply-add", "reference f64 pair 2"]);
    kept.set("reference f64 pair 2", 1e-6);
    const second = backendOf();
    fieldOf(second, softmax(2, 3), source);
    expect(methodsOf(second)).toEqual(["direct"]);
  });

  test("tokens off the sphere are no business of the spherical methods: they say so", () => {
    const source = sphere(200, 2);
    source.points[0]! *= 1 + 1e-6;
    const backend = fast({ method: "fourier" });
    expect(fieldOf(backend, softmax(2, 3), source).field).toEqual(
      fieldOf(createReferenceBackend(), softmax(2, 3), source).field,
    );
    expect(backend.activity!().notices).toEqual([expect.stringContaining("one norm")]);
  });

  test("the choice follows the rates: a cheap direct sum is taken, a dear one is not", () => {
    const source = sphere(2000, 2);
    const choose = (pair: number) => {
      const backend = fast({ rates: { multiplyAdd: 1, pair: () => pair } });
      fieldOf(backend, softmax(2, 10), source);
      return methodsOf(backend)[0];
    };
    expect(choose(1e-3)).toBe("direct");
    expect(choose(100)).toBe("fourier");
  });

  test.each([
    ["fourier", 2],
    ["harmonics", 3],
    ["exponential-grid", 2],
    ["pruned", 3],
  ] as const)("%s: a token without mass counts for nothing, in the field and in its bound", (method, d) => {
    const source = sphere(200, d);
    const wide = { m: 201, d, points: new Float64Array(201 * d).fill(1e6), weights: new Float64Array(201) };
    wide.points.set(source.points);
    wide.weights.set(source.weights);
    for (const kernel of [softmax(d, 2), { ...softmax(d, 2), weight: "shifted-exponential" as const }]) {
      const [alone, beside] = [fast({ method }), fast({ method })];
      const [wanted, got] = [new Float64Array(200 * d), new Float64Array(200 * d)];
      alone.field(kernel, source, source, dense, { field: wanted });
      beside.field(kernel, wide, source, dense, { field: got });
      expect(got).toEqual(wanted);
      const activity = beside.activity!();
      expect(activity).toEqual(alone.activity!());
      expect(activity.summation.map((row) => row.method)).toEqual([method]);
    }
  });

  test.each([
    [{ weight: "sigmoid", normalisation: "mass" }, 1, "weights e^score"],
    [{}, 1e-120, "between 1e-100 and 1e+100, got max|y| ="],
    [{}, 1e120, "between 1e-100 and 1e+100, got max|y| ="],
  ] as const)(
    "what a named method cannot take is computed directly, and the notice says why: %j, points × %d",
    (change, size, says) => {
      const source = sphere(200, 2);
      const far = { ...source, points: source.points.map((value) => value * size) };
      const backend = fast({ method: "fourier" });
      const field = new Float64Array(400);
      backend.field({ ...softmax(2, 1), ...change }, far, far, dense, { field });
      const { summation, notices } = backend.activity!();
      expect(summation.map((row) => row.method)).toEqual(["direct"]);
      expect(notices).toEqual([expect.stringContaining(says)]);
    },
  );

  test("points that are not finite reach the direct sum", () => {
    const source = sphere(200, 2);
    source.points[7] = Number.NaN;
    for (const method of ["auto", ...fastMethods.map(({ name }) => name)] as ("auto" | FastMethodName)[]) {
      const backend = fast({ method });
      backend.field(softmax(2, 3), source, source, dense, { field: new Float64Array(400) });
      expect(methodsOf(backend)).toEqual(["direct"]);
    }
  });
});

test("direct is the direct backend itself, and a wrong accuracy is refused", () => {
  const direct = createReferenceBackend();
  expect(withFastSums(direct, { accuracy: 1e-10, method: "direct" })).toBe(direct);
  for (const accuracy of [0, -1, 1e-15, 0.5, Number.NaN]) {
    expect(() => withFastSums(direct, { accuracy })).toThrow(InputError);
  }
});

describe("what a backend keeps from field to field decides no bit", () => {
  const methods = fastMethods.map(({ name }) => name);
  test.each([...methods, "auto"] as const)("%s: clouds that grow, shrink and come again", (method) => {
    const d = method === "harmonics" ? 3 : 2;
    const kept = fast({ method, accuracy: 1e-6 });
    for (const [n, beta, heads] of [
      [300, 2, 1],
      [40, 8, 2],
      [700, 2, 1],
      [300, 2, 1],
    ] as const) {
      const kernel = softmax(d, beta, heads);
      const source = sphere(n, d, n);
      // The same sums in the same order, in memory that has been used or not: bit for bit.
      expect(fieldOf(kept, kernel, source)).toEqual(fieldOf(fast({ method, accuracy: 1e-6 }), kernel, source));
    }
  });
});

/** The reference with batches, in float64; it declines what `mine` says. */
function batching(mine: () => boolean = () => true): Backend {
  const reference = createReferenceBackend();
  return {
    ...reference,
    name: "batching",
    declined: () => "it will not",
    field: (...problem) => mine() && reference.field(...problem),
    fieldBatch(kernel, { count, m, d, points, weights }, visibility, { field }) {
      if (!mine()) return false;
      for (let k = 0; k < count; k++) {
        const part = (array: Float64Array) => array.subarray(k * m * d, (k + 1) * m * d);
        const system = { m, d, weights, points: part(points) };
        reference.field(kernel, system, system, visibility, { field: part(field!) });
      }
      return true;
    },
  };
}

describe("who computed how many", () => {
  const row = (method: string, evaluations: number) => ({ method, evaluations });

  test("a field of heads of both kinds counts for each method once", () => {
    const backend = fast({ method: "fourier" });
    const [head] = softmax(2, 3).heads;
    // No rotation: the spherical method declines that head.
    const skew = { ...head!, queryKey: Float64Array.of(1, 0.5, 0, 1) };
    fieldOf(backend, { ...softmax(2, 3), heads: [head!, skew, head!, skew] }, sphere(200, 2));
    expect(backend.activity!().summation).toMatchObject([row("fourier", 1), row("direct", 1)]);
  });

  test("what the direct backend declines is the reference's, by that name and with the reason", () => {
    const backend = withFastSums(
      batching(() => false),
      { accuracy: 1e-10, rates: eager },
    );
    const source = sphere(30, 2);
    const { field } = fieldOf(backend, softmax(2, 1), source, causal);
    expect(field).toEqual(fieldOf(createReferenceBackend(), softmax(2, 1), source, causal).field);
    expect(backend.activity!()).toEqual({
      summation: [{ method: "direct", by: "reference", evaluations: 1, bound: 0, fallBacks: 0 }],
      notices: [expect.stringMatching(/backend batching declined .*it will not/)],
    });
  });

  test("a system of a batch chooses for itself, whatever systems stand before it", () => {
    const [m, d] = [300, 2];
    // Tokens on the circle are for the spherical methods; Gaussian ones are not.
    const [round, flat] = [uniformSphere(m, d, 1), normals(m * d, 2)];
    const results = [
      [round, flat],
      [flat, round],
    ].map((systems) => {
      const backend = withFastSums(batching(), { accuracy: 1e-10, rates: { multiplyAdd: 1, pair: () => 1e3 } });
      const points = new Float64Array(2 * m * d);
      for (const [k, one] of systems.entries()) points.set(one, k * m * d);
      const batch = { count: 2, m, d, points, weights: new Float64Array(m).fill(1 / m) };
      return backend.fieldBatch!(softmax(d, 3), batch, dense, { field: new Float64Array(2 * m * d) });
    });
    expect(results).toEqual([false, false]);
  });

  test("a batch of small systems is the direct sum's, every system counted; large ones choose one by one", () => {
    const backend = withFastSums(batching(), { accuracy: 1e-10, rates: eager });
    const batchOf = (count: number, m: number) => {
      const { points } = sphere(count * m, 2);
      return { count, m, d: 2, points, weights: new Float64Array(m).fill(1 / m) };
    };
    const compute = (count: number, m: number) =>
      backend.fieldBatch!(softmax(2, 1), batchOf(count, m), dense, { field: new Float64Array(2 * count * m) });
    expect(compute(5, 20)).toBe(true);
    expect(compute(3, 20)).toBe(true);
    expect(backend.activity!().summation).toMatchObject([row("direct", 8)]);
    expect(compute(5, 200)).toBe(false);
    expect(backend.activity!().summation).toEqual([]);
  });

  test("a direct backend of float32 is refused: nothing it computes could be certified", () => {
    const single: Backend = { ...createReferenceBackend(), precision: "f32" };
    const attempt = () => withFastSums(single, { accuracy: 1e-4 });
    expect(attempt).toThrow(InputError);
    expect(attempt).toThrow(/withFastSums: .*f64.*in f32/s);
  });
});
