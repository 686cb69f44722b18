import type { Backend } from "@meanfield/core/foundation/backend";
import { type Arena, createArena, MemoryRefused } from "./arena.js";
import { createAttention } from "./attention.js";
import type { Engine, Team } from "./engine.js";
import { compileModules, instantiate, type KernelSet } from "./kernels.js";
import { drawNormals } from "./normals.js";
import { createPerceptron } from "./perceptron.js";
import { linearAlgebraOf } from "./products.js";
import { allowRelaxedSimd, chooseSimd, type Precision, type Simd } from "./simd.js";

/** How to open the backend. */
export interface WasmOptions {
  /** Of the pair sums; states, partition functions and what is returned stay float64. Default "f64". */
  readonly precision?: Precision;
  /** "auto", the default, takes relaxed SIMD where the engine has it. */
  readonly simd?: Simd | "auto";
}

/** One thread: the caller's. */
function alone(kernels: () => KernelSet): Team {
  return { threads: 1, run: (job, blocks, scratch) => kernels().pairs.attend(job, 0, blocks, scratch) };
}

export async function openWasm(options: WasmOptions = {}): Promise<Backend> {
  const { precision = "f64" } = options;
  await allowRelaxedSimd();
  const { simd, notices: found } = chooseSimd(options.simd ?? "auto", (binary) => WebAssembly.validate(binary));
  const notices = [...found];
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 32768 });
  const kernels = instantiate(compileModules(precision, simd, false), memory);
  const arena: Arena = createArena(memory);
  const team = alone(() => kernels);
  const engine: Engine = {
    precision,
    size: precision === "f64" ? 8 : 4,
    kernels: () => kernels,
    arena: () => arena,
    team: () => team,
  };
  const attend = createAttention(engine);
  const perceptron = createPerceptron(engine);
  const refused = (): boolean => false;
  const attempt = (work: () => boolean): boolean => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof MemoryRefused)) throw error;
      return refused();
    }
  };
  let evaluations = 0;
  const count = (mine: boolean): boolean => {
    if (mine) evaluations++;
    return mine;
  };
  return {
    name: "wasm",
    precision,
    threads: 1,
    field: (kernel, source, queries, visibility, out) =>
      count(
        attempt(() =>
          attend({
            kernel,
            keys: { systems: 1, m: source.m, d: source.d, weights: source.weights, positions: source.positions },
            keyPoints: source.points,
            asks: queries,
            visibility,
            out,
          } as never),
        ),
      ),
    fieldBatch: (kernel, batch, visibility, out) =>
      count(
        attempt(() =>
          attend({
            kernel,
            keys: { systems: batch.count, m: batch.m, d: batch.d, weights: batch.weights, positions: batch.positions },
            keyPoints: batch.points,
            asks: { m: batch.m, points: batch.points, positions: batch.positions },
            visibility,
            out,
          }),
        ),
      ),
    perceptron: (layer, points, n, factor, out) => attempt(() => perceptron(layer, points, n, factor, out)),
    normals: (key, out) => attempt(() => drawNormals(engine, key, out)),
    linearAlgebra: linearAlgebraOf(engine, `wasm (${simd})`, refused),
    activity: () => ({
      summation: evaluations === 0 ? [] : [{ method: "direct", evaluations, bound: 0, fallBacks: 0 }],
      notices,
    }),
  };
}
