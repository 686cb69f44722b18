/**
 * A thread of the team: compute chunks as long as there are any, sleep until there are. Runs in Node's worker threads
 * and in browsers' workers; ends only by being terminated.
 */
import { claim, compute, controlWords, finish, unclaimed, word } from "./control.js";
import { instantiate, type Modules } from "./kernels.js";

/** What a worker is told first. */
export interface Start {
  readonly modules: Modules;
  readonly memory: WebAssembly.Memory;
  /** Which scratch is its own; 0 is the caller's. */
  readonly thread: number;
}

interface Port {
  postMessage(message: unknown): void;
}

function work({ modules, memory, thread }: Start, port: Port): void {
  const { pairs } = instantiate(modules, memory);
  const control = controlWords(memory);
  port.postMessage("ready");
  for (;;) {
    const chunk = claim(control);
    if (chunk >= 0) {
      finish(control, chunk, compute(control, pairs, chunk, thread));
      continue;
    }
    const ticket = Atomics.load(control, word.ticket);
    if (unclaimed(ticket) === 0) Atomics.wait(control, word.ticket, ticket);
  }
}

const scope = globalThis as unknown as Port & {
  process?: { versions?: { node?: string } };
  addEventListener?(type: "message", listener: (event: { data: Start }) => void): void;
};
if (scope.process?.versions?.node !== undefined) {
  const name = "node:worker_threads";
  const { parentPort }: typeof import("node:worker_threads") = await import(/* @vite-ignore */ name);
  parentPort!.once("message", (start: Start) => work(start, parentPort!));
} else {
  scope.addEventListener?.("message", ({ data }) => work(data, scope));
}
