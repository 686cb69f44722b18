import { cpus } from "node:os";
import type { Backend, BackendActivity } from "@meanfield/core/foundation/backend";
import { InputError } from "@meanfield/core/foundation/errors";
import { nativeField, nativeFieldBatch } from "./attention.js";
import { loadNative, type NativeFunctions } from "./library.js";
import { createNormals } from "./normals.js";
import { nativePerceptron } from "./perceptron.js";
import { nativeLinearAlgebra } from "./products.js";
import { nativeRows } from "./rows.js";
import { createSession, type Session } from "./session.js";

/** Instruction sets: on x86 the first three, best first, "scalar" being the compiler's plain code; on 64-bit ARM "neon". */
export type Instructions = "avx512" | "avx2" | "scalar" | "neon";

/** enum instructions of native/context.h; 0 leaves the choice to the library. */
const instructionNumbers: Readonly<Record<Instructions, number>> = { avx512: 1, avx2: 2, scalar: 3, neon: 4 };

/** What may be forced on a processor, by its best. */
const availableWith: Readonly<Record<Instructions, readonly Instructions[]>> = {
  avx512: ["avx512", "avx2", "scalar"],
  avx2: ["avx2", "scalar"],
  scalar: ["scalar"],
  neon: ["neon"],
};

export interface NativeOptions {
  /** Of the sums over pairs; the state, the maps A and V and everything returned are float64 either way. Default "f64". */
  readonly precision?: "f64" | "f32";
  /** Threads, the caller's among them; default 1. Results do not depend on it. */
  readonly threads?: number;
  /** Default "auto": the best that this processor has. Results depend on it, by rounding. */
  readonly instructions?: Instructions | "auto";
}

/** Why there is no native backend here, to be told or ignored. */
export interface NativeUnavailable {
  /**
   * It has not been built; it is there and could not be loaded (damaged, other sources, koffi absent, no memory); or the processor
   * lacks the instructions.
   */
  readonly code: "not-built" | "not-loaded" | "no-instructions";
  readonly message: string;
}

/** A backend with threads and memory of its own. */
export interface NativeBackend extends Backend {
  readonly variant: Instructions;
  readonly linearAlgebra: NonNullable<Backend["linearAlgebra"]>;
  fieldBatch: NonNullable<Backend["fieldBatch"]>;
  perceptron: NonNullable<Backend["perceptron"]>;
  normals: NonNullable<Backend["normals"]>;
  activity(): BackendActivity;
  /**
   * What one core can do at best, in a loop over registers: runs `repeats` rounds.
   * @returns operations per round: exponentials, or multiply-adds (two operations each)
   */
  roofline(kind: "exponential" | "multiply-add", repeats: number): number;
  /** Ends the threads and frees the memory; the backend computes nothing afterwards. */
  close(): void;
}

export type NativeOutcome = { readonly backend: NativeBackend } | { readonly unavailable: NativeUnavailable };

/** Multiply-adds, about 0.2 ms, from which waking threads (some 20 µs) pays. */
const threadingThreshold = 4e6;

function checkThreads(threads: number): void {
  if (Number.isInteger(threads) && threads >= 1 && threads <= 1024) return;
  throw new InputError({
    code: "out-of-range",
    who: "openNative",
    rule: "threads must be an integer from 1 to 1024",
    got: String(threads),
    fix: `This machine has ${cpus().length} cores`,
  });
}

function backendOf(session: Session, threads: number, variant: Instructions): NativeBackend {
  const { library, precision } = session;
  const rooflineKinds = { exponential: 0, "multiply-add": 1 } as const;
  return {
    name: "native",
    precision,
    threads,
    variant,
    exactBatches: true,
    declined: () => session.declined,
    field: (kernel, source, queries, visibility, out) => nativeField(session, kernel, source, queries, visibility, out),
    fieldBatch: (kernel, batch, visibility, out) => nativeFieldBatch(session, kernel, batch, visibility, out),
    perceptron: (layer, points, n, factor, out) => nativePerceptron(session, layer, points, n, factor, out),
    normals: createNormals(session),
    rows: nativeRows(session),
    linearAlgebra: nativeLinearAlgebra(session),
    activity() {
      const { evaluations } = session;
      session.evaluations = 0;
      const direct = { method: "direct", evaluations, bound: 0, fallBacks: 0 };
      return { summation: evaluations === 0 ? [] : [direct], notices: [] };
    },
    roofline: (kind, repeats) =>
      library.mf_roofline(session.context(), precision === "f32" ? 1 : 0, rooflineKinds[kind], repeats),
    close: () => session.close(),
  };
}

function load(): NativeFunctions | NativeUnavailable {
  try {
    return loadNative();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { code: error.code === "missing" ? "not-built" : "not-loaded", message: error.message };
  }
}

/**
 * The native backend: C with AVX-512, AVX2 or plain code chosen when it is opened, called through koffi; Node only.
 *
 * Scores are ⟨q', k⟩ + bias with q' = cβAx in units of log 2, so that softmax, weighted points, potentials, the weight
 * gaussian and fading masks are one kernel. One query per lane; sums in the chosen precision reach over 128 keys, in float32 in
 * chains of 16, across them they are float64; a running maximum where scores may leave the range. A mask without `decay` is
 * declined.
 * @throws out-of-range for the number of threads
 * @cost memory O((keys + d)·d), kept between calls; nothing is allocated again for a problem of the same size
 * @accuracy f64: 1e-13 of the reference, f32: 10·(1 + S)·6e-8, both relative to max|Vy|, S = β max|Qx||Ky| and the range of what
 * masks and keys add to scores; log-partitions the same relative to 1 + their size (native.test.ts)
 * @source derived; docs/kernels.md
 */
export function openNative(options: NativeOptions = {}): NativeOutcome {
  checkThreads(options.threads ?? 1);
  const library = load();
  return "code" in library ? { unavailable: library } : openLibrary(library, options);
}

/** The backend of a library that is loaded. @throws out-of-range for the number of threads */
export function openLibrary(library: NativeFunctions, options: NativeOptions = {}): NativeOutcome {
  const { precision = "f64", threads = 1, instructions = "auto" } = options;
  checkThreads(threads);
  const names = Object.keys(instructionNumbers) as Instructions[];
  const best = names.find((name) => instructionNumbers[name] === library.mf_best_instructions())!;
  const variant = instructions === "auto" ? best : instructions;
  const available = availableWith[best];
  if (!available.includes(variant)) {
    const message = `openNative: instructions must be one of ${available.join(", ")} on this processor, got ${variant}.`;
    return { unavailable: { code: "no-instructions", message } };
  }
  const context = library.mf_open(instructionNumbers[variant], threads, threadingThreshold);
  if (context === null) {
    return { unavailable: { code: "not-loaded", message: `openNative: no memory for ${threads} threads.` } };
  }
  const session = createSession(library, precision, context);
  return { backend: backendOf(session, library.mf_threads(context), variant) };
}
