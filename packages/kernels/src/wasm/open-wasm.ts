import type { Backend } from "@meanfield/core/foundation/backend";
import { InputError } from "@meanfield/core/foundation/errors";
import { detectEnvironment, type Environment } from "./environment.js";
import { chooseSimd, type Precision, type Simd } from "./simd.js";
import { createWasmBackend } from "./wasm-backend.js";

/** How to open the backend. */
export interface WasmOptions {
  /** Of the pair sums; sums over blocks of them and all that is returned are float64. Default "f64". */
  readonly precision?: Precision;
  /** "auto", the default, takes relaxed SIMD (fused multiply-add) where the engine has it. */
  readonly simd?: Simd | "auto";
  /** Threads that share the work, or "auto": one for each processor. Default 1. The results are the same bits. */
  readonly threads?: number | "auto";
}

/** The backend, and how to end its workers; without it they sleep until the process or the page ends. */
export interface WasmBackend extends Backend {
  /**
   * What one core can do at best through the same instructions, in a loop over registers: runs `rounds` rounds.
   * @returns operations per round: exponentials, or multiply-adds
   */
  roofline(kind: "exponential" | "multiply-add", rounds: number): number;
  close(): void;
}

const mostThreads = 64;

function threadsOf(asked: number | "auto", environment: Environment, notices: string[]): number {
  if (asked !== "auto" && !(Number.isInteger(asked) && asked >= 1 && asked <= mostThreads)) {
    throw new InputError({
      code: "out-of-range",
      who: "openWasm",
      rule: `threads must be "auto" or an integer from 1 to ${mostThreads}`,
      got: String(asked),
    });
  }
  const threads = asked === "auto" ? Math.min(environment.processors, mostThreads) : asked;
  if (threads === 1) return 1;
  if (!environment.shared) {
    notices.push(
      "No shared memory here: one thread. In a browser the page must be cross-origin isolated, by the headers COOP and COEP.",
    );
    return 1;
  }
  if (environment.canWait) return threads;
  notices.push("A page's own thread must not wait for workers: one thread. Open the backend in a worker of the page.");
  return 1;
}

/**
 * The WebAssembly SIMD backend: fused streaming attention of every weight, perceptron layers, matrix products and
 * normals, in Node, pages and workers.
 *
 * Declines masks without `decay`, queries that see no key, and numbers beyond the range of the precision; the caller then
 * uses the reference, which says what is wrong.
 * @throws (rejects) incompatible when the engine has no WebAssembly or SIMD, or not the kind asked for, will not compile, or
 * gives no memory; out-of-range
 * @cost some 20 ms to compile; two thirds as much again for each worker
 * @accuracy f64: 1e-13 of the reference relative to max |V_h x|; f32: 10(1 + S)·6e-8, S = β max|Qx||Kx| and the range of what
 * masks and keys add to scores; log-partitions the same relative to 1 + their size (accuracy.test.ts).
 * Weights below 2⁻¹²⁶ (f32) or 2⁻¹⁰²² (f64) of the greatest come out with an absolute error below that, and 0 from half of it
 */
export async function openWasm(options: WasmOptions = {}): Promise<WasmBackend> {
  return openWasmIn(await detectEnvironment(), options);
}

/** openWasm in a given environment; for tests of what happens where something is missing. */
export async function openWasmIn(environment: Environment, options: WasmOptions = {}): Promise<WasmBackend> {
  const { precision = "f64" } = options;
  if (precision !== "f64" && precision !== "f32") {
    throw new InputError({
      code: "unknown-name",
      who: "openWasm",
      rule: "precision is f64 or f32",
      got: String(precision),
    });
  }
  if (!environment.webAssembly) {
    throw new InputError({
      code: "incompatible",
      who: "openWasm",
      rule: "the engine must have WebAssembly",
      got: "one without it",
      fix: "Use the backend reference, or Node without --jitless",
    });
  }
  const { simd, notices: found } = chooseSimd(options.simd ?? "auto", environment.validate);
  const notices = [...found];
  const threads = threadsOf(options.threads ?? 1, environment, notices);
  const backend = createWasmBackend(environment, { precision, simd, threads, notices });
  await backend.ready;
  return backend.backend;
}
