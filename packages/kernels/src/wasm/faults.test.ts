import { Worker } from "node:worker_threads";
import type { Backend, KernelDescription } from "@meanfield/core/foundation/backend";
import { InputError } from "@meanfield/core/foundation/errors";
import { tokens } from "@meanfield/core/foundation/shapes";
import { beforeAll, describe, expect, test } from "vitest";
import { normals } from "../../../core/test/helpers/arrays.js";
import { detectEnvironment, type Environment } from "./environment.js";
import { openWasmIn } from "./open-wasm.js";

const dense = { dense: true, logWeight: () => 0, decay: 0 };
const cloud = tokens(normals(600 * 3, 1), 600, 3);
const identity = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
const kernel: KernelDescription = {
  weight: "exponential",
  normalisation: "partition",
  heads: [{ beta: 1, queryKey: identity, value: identity }],
};

let environment: Environment;
let wanted: Float64Array;
beforeAll(async () => {
  environment = await detectEnvironment();
  wanted = fieldOf(await openWasmIn(environment));
});

function fieldOf(backend: Backend): Float64Array {
  const field = new Float64Array(600 * 3);
  expect(backend.field(kernel, cloud, cloud, dense, { field })).toBe(true);
  return field;
}

const notices = (backend: Backend): readonly string[] => backend.activity!().notices;

async function refusalOf(opening: Promise<unknown>): Promise<InputError> {
  const error = await opening.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InputError);
  return error as InputError;
}

describe("what the engine lacks", () => {
  test("without SIMD the backend is refused", async () => {
    const error = await refusalOf(openWasmIn({ ...environment, validate: () => false }));
    expect([error.code, error.message]).toEqual(["incompatible", expect.stringContaining("backend reference")]);
  });

  test("without WebAssembly at all it is refused", async () => {
    const error = await refusalOf(openWasmIn({ ...environment, webAssembly: false }));
    expect([error.code, error.message]).toEqual(["incompatible", expect.stringContaining("--jitless")]);
  });

  test("where the page forbids compiling it is refused, with what to allow", async () => {
    const compile = (): never => {
      throw new WebAssembly.CompileError("Wasm code generation disallowed by embedder");
    };
    const error = await refusalOf(openWasmIn({ ...environment, compile }));
    expect(error.code).toBe("incompatible");
    expect(error.message).toMatch(/disallowed by embedder\..*wasm-unsafe-eval.*Content-Security-Policy/s);
  });

  test("without relaxed SIMD it is slower, says so once, and stays accurate", async () => {
    let asked = 0;
    const backend = await openWasmIn({ ...environment, validate: () => asked++ > 0 });
    expect(backend.variant).toBe("plain");
    // 600 terms of size one, rounded once more each.
    expect(Math.max(...fieldOf(backend).map((value, k) => Math.abs(value - wanted[k]!)))).toBeLessThan(1e-13);
    expect(notices(backend)).toEqual([expect.stringMatching(/relaxed SIMD/)]);
    expect((await openWasmIn(environment, { simd: "plain" })).activity!().notices).toEqual([]);
  });

  test.each([
    ["shared", /cross-origin isolated/],
    ["canWait", /worker of the page/],
  ] as const)("without %s it has one thread and says so", async (missing, notice) => {
    const backend = await openWasmIn({ ...environment, [missing]: false }, { threads: 3 });
    expect(backend.threads).toBe(1);
    expect(fieldOf(backend)).toEqual(wanted);
    expect(notices(backend)).toEqual([expect.stringMatching(notice)]);
  });

  test("threads and precisions that are none are refused", async () => {
    for (const threads of [0, 1.5, 65, Number.NaN]) {
      expect((await refusalOf(openWasmIn(environment, { threads }))).code).toBe("out-of-range");
    }
    const wrong = { precision: "f16" } as unknown as { precision: "f32" };
    expect((await refusalOf(openWasmIn(environment, wrong))).code).toBe("unknown-name");
  });
});

describe("memory", () => {
  test("that the engine refuses is an error that says what to do", async () => {
    const createMemory = (): never => {
      throw new RangeError("out of memory");
    };
    expect((await refusalOf(openWasmIn({ ...environment, createMemory }))).code).toBe("incompatible");
  });

  test("that will not grow leaves large calls to the reference, with one notice, and small ones run", async () => {
    // 2 MiB: the cloud of 600 fits, one of 60 000 does not.
    const createMemory = (given: WebAssembly.MemoryDescriptor) => new WebAssembly.Memory({ ...given, maximum: 32 });
    const backend = await openWasmIn({ ...environment, createMemory });
    const large = tokens(normals(60_000 * 3, 1), 60_000, 3);
    const field = new Float64Array(60_000 * 3).fill(7);
    for (let call = 0; call < 2; call++) expect(backend.field(kernel, large, cloud, dense, { field })).toBe(false);
    expect(field.every((value) => value === 7)).toBe(true);
    expect(notices(backend)).toEqual([expect.stringMatching(/would not grow/)]);
    expect(fieldOf(backend)).toEqual(wanted);
    const product = new Float64Array(300 * 300);
    const factor = new Float64Array(300 * 300).fill(1);
    backend.linearAlgebra!.matMul(factor, factor, 300, 300, 300, product);
    expect(product.every((value) => value === 300)).toBe(true);
  });
});

test("the rows of a worker that dies are computed again, and the backend goes on with a thread fewer", async () => {
  const fixture = new URL("../../test/dying-worker.mjs", import.meta.url);
  const spawn: Environment["spawn"] = (start, ready) => {
    const worker = new Worker(fixture);
    worker.on("message", () => {
      worker.unref();
      ready();
    });
    worker.postMessage(start);
    return { stop: () => void worker.terminate() };
  };
  // A clock that stands still makes every job worth sharing.
  const backend = await openWasmIn({ ...environment, spawn, now: () => 0 }, { threads: 2 });
  const batches = await openWasmIn(environment);
  for (let call = 0; call < 50 && notices(backend).length === 0; call++) expect(fieldOf(backend)).toEqual(wanted);
  expect(notices(backend)).toEqual([expect.stringMatching(/did not answer; .* 1 of 2 threads go on/)]);
  expect(fieldOf(backend)).toEqual(fieldOf(batches));
  backend.close();
});

test("a worker that cannot start is a notice, not a failure", async () => {
  const spawn: Environment["spawn"] = (_start, _ready, ended) => {
    queueMicrotask(() => ended("no script"));
    return { stop: () => undefined };
  };
  const backend = await openWasmIn({ ...environment, spawn }, { threads: 2 });
  expect(fieldOf(backend)).toEqual(wanted);
  expect(notices(backend)).toEqual([expect.stringMatching(/ended of itself \(no script\)/)]);
});

test("threads that the system refuses are one notice, and the work is done without them", async () => {
  const spawn = (): never => {
    throw new Error("ERR_WORKER_INIT_FAILED: EAGAIN");
  };
  const backend = await openWasmIn({ ...environment, spawn, now: () => 0 }, { threads: 4 });
  expect(fieldOf(backend)).toEqual(wanted);
  expect(notices(backend)).toEqual([expect.stringMatching(/could not be started .*EAGAIN.*; the others go on/)]);
  backend.close();
});

test("calls of a size that was seen allocate no arrays", async () => {
  const backend = await openWasmIn(environment);
  const field = new Float64Array(600 * 3);
  const call = () => backend.field(kernel, cloud, cloud, dense, { field });
  call();
  const before = process.memoryUsage().arrayBuffers;
  for (let k = 0; k < 20; k++) call();
  expect(process.memoryUsage().arrayBuffers).toBeLessThanOrEqual(before);
});

test("a closed backend computes nothing and says so", async () => {
  const backend = await openWasmIn(environment, { threads: 2 });
  backend.close();
  backend.close();
  expect(() => fieldOf(backend)).toThrow(
    /closed backend computes nothing, got a call after close\(\)\. Open another one with openWasm/,
  );
});
