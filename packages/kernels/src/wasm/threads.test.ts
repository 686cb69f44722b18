import type { Backend, FieldOutput, KernelDescription, Visibility } from "@meanfield/core/foundation/backend";
import { tokens } from "@meanfield/core/foundation/shapes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { normals } from "../../../core/test/helpers/arrays.js";
import { detectEnvironment } from "./environment.js";
import { openWasmIn, type WasmBackend } from "./open-wasm.js";

const causal: Visibility = {
  dense: false,
  logWeight: (query, key) => (key <= query ? 0 : Number.NEGATIVE_INFINITY),
  decay: 0,
};
const dense: Visibility = { dense: true, logWeight: () => 0, decay: 0 };

function kernelOf(d: number, beta: number, weight: KernelDescription["weight"]): KernelDescription {
  const head = (seed: number) => ({
    beta,
    queryKey: normals(d * d, seed, 1 / Math.sqrt(d)),
    value: normals(d * d, seed + 1, 1 / Math.sqrt(d)),
    bias: 0.3,
  });
  return { weight, normalisation: weight === "sigmoid" ? "mass" : "partition", heads: [head(1), head(5)] };
}

/** Everything the backend computes, on clouds that do not divide into blocks. */
function everything(backend: Backend): Float64Array[] {
  const results: Float64Array[] = [];
  const collect = (rows: number, d: number, heads: number) => {
    const out = {
      field: new Float64Array(rows * d),
      logPartition: new Float64Array(rows * heads),
      entropy: new Float64Array(rows * heads),
    } satisfies FieldOutput;
    results.push(...Object.values(out));
    return out;
  };
  for (const [n, d, beta] of [
    [517, 3, 1],
    [211, 17, 40],
  ] as const) {
    const cloud = tokens(normals(n * d, n), n, d);
    for (const weight of ["exponential", "sigmoid"] as const) {
      for (const mask of [dense, causal]) {
        // Logarithms of sigmoids far below 0 are left to the reference.
        const kernel = kernelOf(d, weight === "sigmoid" ? 1 : beta, weight);
        const mine = backend.field(kernel, cloud, cloud, mask, collect(n, d, 2));
        expect(mine).toBe(true);
      }
    }
  }
  const [count, m, d] = [37, 32, 3];
  const batch = {
    ...tokens(normals(count * m * d, 3), m * count, d),
    count,
    m,
    weights: new Float64Array(m).fill(1 / m),
  };
  expect(backend.fieldBatch!(kernelOf(d, 1, "exponential"), batch, dense, collect(count * m, d, 2))).toBe(true);
  const out = normals(300 * 7, 4);
  const layer = {
    activation: "tanh",
    width: 50,
    input: normals(350, 5),
    bias: normals(50, 6),
    output: normals(350, 7),
  };
  expect(backend.perceptron!({ ...layer, activation: "tanh" }, normals(300 * 7, 8), 300, 0.5, out)).toBe(true);
  return [...results, out];
}

describe.each(["f64", "f32"] as const)("threads, %s", (precision) => {
  const teams: WasmBackend[] = [];
  beforeAll(async () => {
    // A clock that stands still makes every job worth sharing.
    const environment = { ...(await detectEnvironment()), now: () => 0 };
    for (const threads of [1, 2, 3]) teams.push(await openWasmIn(environment, { precision, threads }));
  });
  afterAll(() => {
    for (const team of teams) team.close();
  });

  test("any number of them gives the same bits, again and again", () => {
    const [alone, ...others] = teams;
    const wanted = everything(alone!);
    for (const team of others) for (let round = 0; round < 5; round++) expect(everything(team)).toEqual(wanted);
    for (const team of others) expect(team.activity!().notices).toEqual([]);
  });
});
