import { allowRelaxedSimd, type Validate } from "./simd.js";
import type { Start } from "./worker.js";

/** A running worker. */
export interface Helper {
  stop(): void;
}

/** What the backend needs of the engine it runs in; tests take things away. */
export interface Environment {
  /** Whether there is WebAssembly at all: not in Node with --jitless. */
  readonly webAssembly: boolean;
  readonly validate: Validate;
  /** @throws where the page's Content-Security-Policy forbids it */
  compile(binary: Uint8Array<ArrayBuffer>): WebAssembly.Module;
  /** Logical processors. */
  readonly processors: number;
  /** Whether memory can be shared with workers here. */
  readonly shared: boolean;
  /** Whether this thread may wait for another; a page's own may not. */
  readonly canWait: boolean;
  /** Milliseconds on a clock; decides only what is worth sharing out. */
  now(): number;
  createMemory(descriptor: WebAssembly.MemoryDescriptor): WebAssembly.Memory;
  /**
   * Starts a worker; `ready` is called when it takes part, `ended` if it ends of itself, with what is known of why.
   * @throws where no more threads can be had
   */
  spawn(start: Start, ready: () => void, ended: (reason: string) => void): Helper;
}

function canWait(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}

/** Workers run what was built, from the sources too. */
const workerUrl = (): URL =>
  new URL(import.meta.url.endsWith(".ts") ? "../../dist/wasm/worker.js" : "./worker.js", import.meta.url);

type Spawn = Environment["spawn"];

async function nodeParts(): Promise<{ processors: number; spawn: Spawn }> {
  const [threads, os] = ["node:worker_threads", "node:os"];
  const { Worker }: typeof import("node:worker_threads") = await import(/* @vite-ignore */ threads!);
  const { availableParallelism }: typeof import("node:os") = await import(/* @vite-ignore */ os!);
  return {
    processors: availableParallelism(),
    spawn(start, ready, ended) {
      const worker = new Worker(workerUrl());
      worker.on("message", () => {
        // From here on it sleeps most of the time, and must not keep the process alive.
        worker.unref();
        ready();
      });
      let reason = "terminated";
      worker.on("error", (error) => {
        reason = String(error);
      });
      worker.on("exit", () => ended(reason));
      worker.postMessage(start);
      return {
        stop() {
          worker.removeAllListeners("exit");
          void worker.terminate();
        },
      };
    },
  };
}

function browserSpawn(): Spawn {
  return (start, ready, ended) => {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.onmessage = ready;
    worker.onerror = (event) => ended(event.message);
    worker.postMessage(start);
    return { stop: () => worker.terminate() };
  };
}

/** The engine this runs in: Node, a page or a browser's worker. */
export async function detectEnvironment(): Promise<Environment> {
  const scope = globalThis as {
    process?: { versions?: { node?: string } };
    navigator?: { hardwareConcurrency?: number };
    crossOriginIsolated?: boolean;
  };
  const isNode = scope.process?.versions?.node !== undefined;
  if (isNode) await allowRelaxedSimd();
  const { processors, spawn } = isNode
    ? await nodeParts()
    : { processors: scope.navigator?.hardwareConcurrency ?? 1, spawn: browserSpawn() };
  const shared = typeof SharedArrayBuffer === "function" && (isNode || scope.crossOriginIsolated === true);
  return {
    webAssembly: typeof WebAssembly === "object",
    compile: (binary) => new WebAssembly.Module(binary),
    validate: (binary) => WebAssembly.validate(binary),
    processors,
    shared,
    canWait: shared && canWait(),
    now: () => performance.now(),
    createMemory: (descriptor) => new WebAssembly.Memory(descriptor),
    spawn,
  };
}
