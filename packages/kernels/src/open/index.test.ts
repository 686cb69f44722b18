import { experiment, runExperiment } from "@meanfield/core/experiment";
import { createReferenceBackend } from "@meanfield/core/foundation/backend";
import { InputError } from "@meanfield/core/foundation/errors";
import { describe, expect, test } from "vitest";
import { openBackends } from "./index.js";

const document = {
  model: { attention: { softmax: { beta: 5 } }, geometry: "sphere" },
  initial: { "uniform-sphere": { d: 2, n: 3000, seed: 2 } },
  levels: { particles: {} },
  solve: { span: [0, 0.1], method: "euler", steps: { fixed: { dt: 0.1 } } },
};

async function run(backend: object) {
  const bound = experiment({ ...document, backend }, { backends: await openBackends(backend) });
  return { bound, result: runExperiment(bound) };
}

test("auto is the fastest there is, and the reference is always behind it", async () => {
  const names = (await openBackends()).map((one) => one.name);
  expect(["native", "wasm"]).toContain(names[0]);
  expect(names.at(-1)).toBe("reference");
});

test("one experiment on every backend and with certified sums: the same tokens, and the manifest says how", async () => {
  const exact = await run({ name: "reference" });
  const wanted = exact.result.levels["particles"]!.states["x"]!.data;
  for (const backend of [
    { name: "wasm" },
    { precision: "f32" },
    { accuracy: 1e-10 },
    { name: "wasm", accuracy: 1e-9 },
  ]) {
    const { result } = await run(backend);
    const got = result.levels["particles"]!.states["x"]!.data;
    // A tenth of the field's error goes into the tokens: 1e-13 by SIMD, 1e-6 in float32, the accuracy where one is asked.
    const slack = "precision" in backend ? 1e-6 : "accuracy" in backend ? backend.accuracy : 1e-13;
    for (const [i, value] of got.entries()) expect(Math.abs(value - wanted[i]!)).toBeLessThan(slack);
    const methods = result.backend.summation!.map(({ method, evaluations }) => [method, evaluations]);
    // One step of one stage.
    expect(methods).toEqual([["accuracy" in backend ? "fourier" : "direct", 1]]);
    if ("accuracy" in backend) {
      const { bound } = result.backend.summation![0]!;
      expect(bound > 0 && bound <= backend.accuracy).toBe(true);
    }
  }
});

test("a method of summation is asked for by name, beside an accuracy, and counts in the report", async () => {
  const { result } = await run({ accuracy: 1e-9, method: "pruned" });
  expect(result.backend).toMatchObject({ accuracy: 1e-9, method: "pruned" });
  expect(result.backend.summation!.map(({ method }) => method)).toContain("pruned");
  await expect(openBackends({ accuracy: 1e-9, method: "nosuch" })).rejects.toThrow(/no method "nosuch"/);
  await expect(run({ method: "pruned" })).rejects.toThrow(/needs an accuracy/);
  await expect(run({ method: "direct" })).resolves.toBeDefined();
  // Without fast sums there is nothing to choose from.
  const alone = { backends: [createReferenceBackend()] };
  expect(() => experiment({ ...document, backend: { accuracy: 1e-9, method: "pruned" } }, alone)).toThrow(
    /backend reference: it was opened with direct sums alone, got accuracy: 1e-9, method: pruned/,
  );
});

test("backends opened for one accuracy and method are not taken for another", async () => {
  const backends = await openBackends({ accuracy: 1e-9, method: "pruned" });
  const ask = (backend: object) => experiment({ ...document, backend }, { backends });
  expect(ask({ accuracy: 1e-9, method: "pruned" }).backend).toMatchObject({ accuracy: 1e-9, method: "pruned" });
  for (const other of [{ accuracy: 1e-6, method: "pruned" }, { accuracy: 1e-9, method: "fourier" }, {}]) {
    expect(() => ask(other)).toThrow(/it was opened with accuracy 1e-9, method pruned/);
  }
});

test("what is asked for by name and cannot be had is an error that says why", async () => {
  await expect(openBackends({ name: "wasm", threads: 0 })).rejects.toThrow(InputError);
  await expect(openBackends({ name: "wasn" })).rejects.toThrow(
    /no backend "wasn"\. Did you mean "wasm"\? There are auto, native, wasm, reference/,
  );
  const alone = { backends: [createReferenceBackend()] };
  expect(() => experiment({ ...document, backend: { name: "wasm" } }, alone)).toThrow(/no backend "wasm" here/);
});

describe("every stage on the sphere takes a certified sum", () => {
  const [beta, horizon] = [2, 0.5];
  // ε(e^{LT} − 1)/L: what a field off by ε per token may do to the state (docs/kernels-fast-sums.md).
  const lipschitz = 2 * beta + 2;
  const growth = Math.expm1(lipschitz * horizon) / lipschitz;

  // Drifts: the stages of every step, and the first of the next one, which the last record asks for.
  test.each([
    { method: "rk4", d: 2, n: 3000, dt: 0.1, wanted: "fourier", evaluations: 4 * 5 },
    { method: "tsit5", d: 2, n: 3000, dt: 0.1, wanted: "fourier", evaluations: 6 * 5 + 1 },
    { method: "dop853", d: 2, n: 3000, dt: 0.25, wanted: "fourier", evaluations: 12 * 2 },
    { method: "rk4", d: 3, n: 12_000, dt: 0.25, wanted: "harmonics", evaluations: 4 * 2 },
  ])("$method, d = $d", async ({ method, d, n, dt, wanted, evaluations }) => {
    const of = async (accuracy: object) => {
      const spec = {
        model: { attention: { softmax: { beta } }, geometry: "sphere" },
        initial: { "uniform-sphere": { d, n, seed: 2 } },
        levels: { particles: {} },
        solve: { span: [0, horizon], method, steps: { fixed: { dt } } },
        backend: accuracy,
      };
      return runExperiment(experiment(spec, { backends: await openBackends(accuracy) }));
    };
    const [exact, certified] = [await of({}), await of({ accuracy: 1e-10 })];
    const [row, ...others] = certified.backend.summation!;
    const { bound, fallBacks } = row!;
    expect(others).toEqual([]);
    expect([row!.method, row!.evaluations, fallBacks]).toEqual([wanted, evaluations, 0]);
    expect(bound > 0 && bound <= 1e-10).toBe(true);
    const [x, y] = [exact, certified].map((one) => one.levels["particles"]!.states["x"]!.data);
    // 1e-13 for the exact sum itself, and what the roundings of some 60 drifts add.
    for (const [k, value] of x!.entries()) expect(Math.abs(value - y![k]!)).toBeLessThan(growth * (bound + 1e-13));
  });
});
