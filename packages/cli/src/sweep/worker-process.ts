import { setImmediate } from "node:timers/promises";
import { InputError } from "@meanfield/core/foundation/errors";
import { createRowSource } from "@meanfield/results";
import { nodeStoreIo } from "../files/node-store-io.js";
import { writerMark } from "./abandoned-files.js";
import { ChunkStopped, type ChunkWork, computeChunk } from "./compute-chunk.js";
import { requirePlanned } from "./require-planned.js";
import { openSweep } from "./sweep-context.js";
import type { FromWorker, ToWorker } from "./worker-protocol.js";

/** Seconds of computing after which an unfinished chunk is written: what a crash may cost. */
const keepEvery = 20;

/** Milliseconds between two looks at messages: looking between all cells would cost a fifth of those of 10 ms. */
const lookEvery = 50;

let stopping = false;

const post = (message: FromWorker) => process.send?.(message);

function postError(error: unknown): void {
  if (error instanceof ChunkStopped) return void post({ kind: "stopped" });
  if (error instanceof InputError)
    return void post({ kind: "refused", code: error.code, who: error.parts.who, message: error.message });
  const { message, stack } = error as Error;
  post({ kind: "crash", message, stack: stack ?? message });
}

// Signals that the terminal sends to all processes at once are the driver's to answer.
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
// The driver is gone, however that came: nobody would wait for the rest.
process.on("disconnect", () => process.exit(0));

/** Opens the sweep. @returns what computes a chunk of it */
async function open({ directory, driver }: ToWorker & { kind: "open" }): Promise<(work: ChunkWork) => Promise<void>> {
  const context = await openSweep(nodeStoreIo(writerMark(driver)), directory);
  const source = createRowSource(context.io, directory);
  return async (work) => {
    await requirePlanned(context, work);
    let looked = performance.now();
    const onCell = async (k: number) => {
      if (work.careful) post({ kind: "cell", k });
      else if (performance.now() - looked < lookEvery) return;
      // Messages and a lost driver are noticed between cells.
      await setImmediate();
      looked = performance.now();
      if (stopping) throw new ChunkStopped();
    };
    const report = await computeChunk(context, source, work, { onCell, keepEvery });
    post({ kind: "done", report, memory: process.memoryUsage.rss() });
  };
}

let opened: ReturnType<typeof open> | undefined;

async function answer(message: ToWorker): Promise<void> {
  if (message.kind === "stop") stopping = true;
  else if (message.kind === "open") {
    opened = open(message);
    await opened;
    post({ kind: "ready" });
  } else if (opened !== undefined) await (await opened)(message.work);
}

process.on("message", (message: ToWorker) => {
  answer(message).catch(postError);
});
