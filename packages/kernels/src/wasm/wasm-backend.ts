import type { Backend } from "@meanfield/core/foundation/backend";
import { InputError } from "@meanfield/core/foundation/errors";
import { declined } from "../shared/declined.js";
import { MemoryRefused } from "./arena.js";
import { type Call, createAttention } from "./attention.js";
import { createCalls } from "./calls.js";
import { compileModules } from "./compile.js";
import { decline, type Engine } from "./engine.js";
import type { Environment } from "./environment.js";
import { drawNormals } from "./normals.js";
import { createPerceptron } from "./perceptron.js";
import { linearAlgebraOf } from "./products.js";
import { wasmRows } from "./rows.js";
import { type Runtime, startRuntime } from "./runtime.js";
import type { Precision, Simd } from "./simd.js";

interface Settings {
  readonly precision: Precision;
  readonly simd: Simd;
  readonly threads: number;
  /** Grows by what is slower than it could be. */
  readonly notices: string[];
}

const afterClose = (): InputError =>
  new InputError({
    code: "conflict",
    who: "wasm backend",
    rule: "a closed backend computes nothing",
    got: "a call after close()",
    fix: "Open another one with openWasm",
  });

/** The runtime in use: one that has lost a worker in the middle of its work is replaced by one with a thread fewer. */
function createRuntimes(environment: Environment, { precision, simd, threads, notices }: Settings) {
  const modules = compileModules(environment, precision, simd, threads > 1);
  // A module of shared memory takes no other, so the last thread alone needs modules of its own.
  const start = (count: number): Runtime =>
    startRuntime(
      environment,
      count === threads ? modules : compileModules(environment, precision, simd, count > 1),
      count,
      (what) => {
        const notice = `${what}; the others go on without it.`;
        if (!notices.includes(notice)) notices.push(notice);
      },
    );
  let current = start(threads);
  let stopped = false;
  return {
    ready: current.ready,
    current(): Runtime {
      if (stopped) throw afterClose();
      return current;
    },
    mend(): void {
      if (stopped || !current.team.isBroken()) return;
      const left = current.team.threads - 1;
      notices.push(`A worker did not answer; its rows were computed again, and ${left} of ${threads} threads go on.`);
      current.stop();
      current = start(left);
    },
    stop(): void {
      stopped = true;
      current.stop();
    },
  };
}

/** Nanoseconds of a multiply-add and of an exponential with what belongs to it: enough to tell large jobs from small. */
const nominal = { f32: { multiply: 0.04, exponential: 0.5 }, f64: { multiply: 0.08, exponential: 1.5 } } as const;

function engineOf(precision: Precision, current: () => Runtime): Engine {
  const { multiply, exponential } = nominal[precision];
  return {
    precision,
    size: precision === "f64" ? 8 : 4,
    kernels: () => current().kernels,
    arena: () => current().arena,
    team: () => current().team,
    declined: declined.incomplete,
    pairCost: (d) => (2 * d * multiply + exponential) * 1e-6,
  };
}

const refusal = "The memory would not grow; calls too large for it were left to the reference.";

/** What there is beyond a backend: its end, and the loops of its roofline. */
interface Extras {
  close(): void;
  roofline(kind: "exponential" | "multiply-add", rounds: number): number;
}

/** Runs a loop of assembly/measure.as. @returns operations per round: 12 chains of vectors, or two vectors */
function measureLoop(engine: Engine, kind: "exponential" | "multiply-add", rounds: number): number {
  const { pairs } = engine.kernels();
  const lanes = 16 / engine.size;
  if (kind === "multiply-add") {
    pairs.measureFma(rounds);
    return 12 * lanes;
  }
  const arena = engine.arena();
  arena.reset();
  pairs.measureExp(rounds, arena.take(1024));
  return 2 * lanes;
}

/** The backend of an environment. */
export function createWasmBackend(
  environment: Environment,
  settings: Settings,
): { readonly backend: Backend & Extras; readonly ready: Promise<void> } {
  const { precision, simd, threads, notices } = settings;
  const runtimes = createRuntimes(environment, settings);
  const engine = engineOf(precision, runtimes.current);
  const attend = createAttention(engine);
  const perceptron = createPerceptron(engine);
  let evaluations = 0;
  const refused = (): void => {
    if (!notices.includes(refusal)) notices.push(refusal);
  };
  // The call is handed through, because a closure around it would be memory taken in every field.
  const attemptCall = <C>(work: (call: C) => boolean, call: C): boolean => {
    try {
      return work(call);
    } catch (error) {
      if (!(error instanceof MemoryRefused)) throw error;
      refused();
      return decline(engine, declined.memory);
    } finally {
      runtimes.mend();
    }
  };
  const attempt = (work: () => boolean): boolean => attemptCall(work, undefined);
  const calls = createCalls();
  const counted = (call: Call): boolean => {
    const mine = attend(call);
    if (mine) evaluations += call.keys.systems;
    return mine;
  };
  const backend: Backend & Extras = {
    name: "wasm",
    precision,
    threads,
    variant: simd,
    exactBatches: true,
    declined: () => engine.declined,
    field: (kernel, source, queries, visibility, out) =>
      attemptCall(counted, calls.ofField(kernel, source, queries, visibility, out)),
    fieldBatch: (kernel, batch, visibility, out) => attemptCall(counted, calls.ofBatch(kernel, batch, visibility, out)),
    perceptron: (layer, points, n, factor, out) => attempt(() => perceptron(layer, points, n, factor, out)),
    normals: (key, out) => attempt(() => drawNormals(engine, key, out)),
    rows: wasmRows(engine, attempt),
    linearAlgebra: linearAlgebraOf(engine, `wasm (${simd})`, refused),
    activity() {
      const summation = evaluations === 0 ? [] : [{ method: "direct", evaluations, bound: 0, fallBacks: 0 }];
      evaluations = 0;
      return { summation, notices: [...notices] };
    },
    roofline: (kind, rounds) => measureLoop(engine, kind, rounds),
    close: runtimes.stop,
  };
  return { backend: Object.freeze(backend), ready: runtimes.ready };
}
