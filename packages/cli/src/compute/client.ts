import { Worker } from "node:worker_threads";
import type { RunCheckpoint, RunProgress } from "@meanfield/core/experiment";
import { InputError } from "@meanfield/core/foundation/errors";
import { tell } from "../output/emit.js";
import { Interrupted, stopSignals } from "./interrupts.js";
import type { Message, Task, TaskResults } from "./protocol.js";

/** Milliseconds that a worker has to notice a cancel before it is ended. */
const grace = 400;
/** Milliseconds more where it keeps a checkpoint at its next step, which is long for many tokens or on a busy machine. */
const graceForCheckpoint = 20_000;

function inputError({ code, who, message }: Message & { kind: "input-error" }): InputError {
  const error = new InputError({ code, who, rule: message });
  error.message = message;
  return error;
}

/** The word by which a worker is asked to stop. */
function sharedWord(): Int32Array {
  // Node's own threads do not start without it either.
  if (typeof SharedArrayBuffer === "function") return new Int32Array(new SharedArrayBuffer(4));
  throw new InputError({
    code: "incompatible",
    who: "meanfield",
    rule: "it computes in a thread that shares memory with the one that waits",
    got: "an engine without SharedArrayBuffer",
    fix: "Run Node as it comes, without a module that removes it",
  });
}

/** The system's refusal to start a thread, in words; any other error as it is. */
function startError(error: unknown): unknown {
  if ((error as { readonly code?: unknown }).code !== "ERR_WORKER_INIT_FAILED") return error;
  return new InputError({
    code: "incompatible",
    who: "meanfield",
    rule: "it computes in a thread of its own",
    got: `the system started none: ${(error as Error).message}`,
    fix: "End other processes, or raise their number (ulimit -u)",
  });
}

function startWorker(task: Task, cancel: Int32Array): Worker {
  try {
    return new Worker(new URL("./worker.js", import.meta.url), { workerData: { task, cancel } });
  } catch (error) {
    throw startError(error);
  }
}

/**
 * Computes in a worker thread, so that progress can be drawn and an interrupt takes effect at once. A stop signal
 * asks the worker to stop, ends it if it does not within 0.4 s (20 s more where it keeps a checkpoint, which the user is
 * told; a second signal ends it at once), and rejects with
 * `Interrupted`; a run that was whole by then is given nevertheless.
 * @throws InputError incompatible where the system starts no thread, or the engine shares no memory
 */
export function compute<T extends Task>(
  task: T,
  onProgress: (progress: RunProgress) => void,
  onCheckpoint: (checkpoint: RunCheckpoint) => void = () => {},
): Promise<TaskResults[T["kind"]]> {
  const cancel = sharedWord();
  const worker = startWorker(task, cancel);
  return new Promise((resolve, reject) => {
    let interrupted = false;
    let ending: NodeJS.Timeout | undefined;
    const finish = (settle: () => void) => {
      clearTimeout(ending);
      // After an interrupt the process is about to end: a second signal must not end it before it has said so.
      if (!interrupted) for (const signal of stopSignals) process.off(signal, interrupt);
      void worker.terminate();
      settle();
    };
    const giveUp = () => finish(() => reject(new Interrupted()));
    const interrupt = () => {
      if (interrupted) return giveUp();
      interrupted = true;
      Atomics.store(cancel, 0, 1);
      const keeps = task.kind === "run" && task.checkpointEvery !== undefined;
      ending = setTimeout(() => {
        if (!keeps) return giveUp();
        tell("stopping at the next step, to keep a checkpoint; interrupt again to stop at once");
        ending = setTimeout(giveUp, graceForCheckpoint);
      }, grace);
    };
    for (const signal of stopSignals) process.on(signal, interrupt);
    worker.on("message", (message: Message) => {
      if (message.kind === "progress") return onProgress(message.progress);
      if (message.kind === "checkpoint") return onCheckpoint(message.checkpoint);
      finish(() => {
        const whole = message.kind === "done" && "whole" in message.value && message.value.whole;
        if (interrupted && !whole) reject(new Interrupted());
        else if (message.kind === "done") resolve(message.value as TaskResults[T["kind"]]);
        else if (message.kind === "input-error") reject(inputError(message));
        else reject(Object.assign(new Error(message.message), { stack: message.stack }));
      });
    });
    worker.on("error", (error) => finish(() => reject(interrupted ? new Interrupted() : startError(error))));
    worker.on("exit", (code) => {
      if (code !== 0)
        finish(() => reject(interrupted ? new Interrupted() : new Error(`the worker ended with code ${code}`)));
    });
  });
}
