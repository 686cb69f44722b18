import { type ChildProcess, fork } from "node:child_process";
import { InputError } from "@meanfield/core/foundation/errors";
import type { ChunkReport, ChunkWork } from "./compute-chunk.js";
import type { FromWorker, ToWorker } from "./worker-protocol.js";

/** What came of a chunk that was given to a worker. */
export type WorkOutcome =
  | { readonly kind: "done"; readonly report: ChunkReport; readonly memory: number }
  | { readonly kind: "stopped" }
  /** The process ended; k is the cell it was at, where the chunk was computed carefully. */
  | { readonly kind: "lost"; readonly k: number | undefined; readonly how: string };

/** Worker processes of one machine that compute chunks. */
export interface Pool {
  readonly size: number;
  /** Computes on a free worker. Ask for no more than `size` at a time. @throws InputError; Error (a defect) */
  compute(work: ChunkWork): Promise<WorkOutcome>;
  /** Works with fewer workers from now on. */
  shrink(size: number): void;
  /** Ends all workers: those that compute may finish their cell and keep the rows they have, for so many ms. */
  close(grace: number): Promise<void>;
}

/** A worker that ends so often before it can take work will not do better the next time. */
const mostStarts = 5;

interface Seat {
  child: ChildProcess | undefined;
  busy: boolean;
}

function errorOf(message: FromWorker & { kind: "refused" | "crash" }): Error {
  if (message.kind === "crash") return Object.assign(new Error(message.message), { stack: message.stack });
  const error = new InputError({ code: message.code, who: message.who, rule: message.message });
  error.message = message.message;
  return error;
}

/** MiB of a worker's young generation: the arrays of a cell die in it, which spares a twentieth of the phase diagram's time. */
const youngMemory = 32;

function start(memory: number): ChildProcess {
  return fork(new URL("./worker-process.js", import.meta.url), {
    execArgv: [`--max-old-space-size=${Math.max(64, Math.floor(memory))}`, `--max-semi-space-size=${youngMemory}`],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    // Maps, typed arrays and −0 survive; JSON would lose the last.
    serialization: "advanced",
  });
}

/** Worker processes that load their code while it is not yet known what sweep they will work on. */
export interface Recruits {
  /** One that no pool has, if there is any left. */
  take(): ChildProcess | undefined;
  /** Ends those that were not taken. */
  dismiss(): void;
}

/**
 * Starts workers ahead of a pool.
 * @param memory MiB of JavaScript heap per worker
 * @cost 0.3 s of processor time each, beside whatever the caller does meanwhile
 */
export function recruit(count: number, memory: number): Recruits {
  const waiting = Array.from({ length: count }, () => start(memory));
  // One that ends before it is taken is no loss: the pool starts another.
  for (const child of waiting) child.on("error", () => undefined);
  return {
    take() {
      while (waiting.length > 0) {
        const child = waiting.shift()!;
        if (child.connected && !hasEnded(child)) return child;
      }
      return undefined;
    },
    dismiss() {
      for (const child of waiting.splice(0)) child.kill("SIGKILL");
    },
  };
}

/** Gives a chunk to a process, and waits for what comes of it. */
function converse(child: ChildProcess, work: ChunkWork): Promise<WorkOutcome> {
  return new Promise((resolve, reject) => {
    let k: number | undefined;
    const settle = (action: () => void) => {
      child.off("message", hear);
      child.off("exit", leave);
      child.off("error", leave);
      action();
    };
    const hear = (message: FromWorker) => {
      if (message.kind === "cell") k = message.k;
      else if (message.kind === "done") settle(() => resolve(message));
      else if (message.kind === "stopped") settle(() => resolve(message));
      else if (message.kind !== "ready") settle(() => reject(errorOf(message)));
    };
    const leave = (code: number | null | Error, signal?: NodeJS.Signals | null) => {
      const how = code instanceof Error ? code.message : (signal ?? `exit code ${code}`);
      settle(() => resolve({ kind: "lost", k, how }));
    };
    if (hasEnded(child)) return leave(child.exitCode, child.signalCode);
    child.on("message", hear);
    child.on("exit", leave);
    child.on("error", leave);
    const message: ToWorker = { kind: "chunk", work };
    // A process that ended meanwhile takes no message; its exit says what happened.
    child.send(message, () => undefined);
  });
}

/** Waits until a process can take work; false where it ended before. A refusal of its own comes through. */
function isReady(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve, reject) => {
    child.once("message", (message: FromWorker) => {
      if (message.kind === "refused" || message.kind === "crash") reject(errorOf(message));
      else resolve(true);
    });
    child.once("exit", () => resolve(false));
    child.once("error", reject);
  });
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (hasEnded(child)) resolve();
    else child.once("exit", () => resolve());
  });
}

/** The sweep that workers work on. */
export interface WorkPlace {
  readonly directory: string;
  /** Token of the driver. */
  readonly driver: string;
}

/**
 * A pool of so many worker processes on one sweep. Processes, not threads: one that is killed, or that runs out of
 * memory, takes nothing else with it. A process that ended is replaced when its seat gets work again.
 *
 * @param memory MiB of JavaScript heap per worker
 * @param recruits taken before others are started
 * @cost 0.2 s and about 90 MiB per worker to start; a message of some µs per cell
 */
export function createPool(place: WorkPlace, size: number, memory: number, recruits?: Recruits): Pool {
  const seats: Seat[] = Array.from({ length: size }, () => ({ child: undefined, busy: false }));
  let active = size;
  let closed = false;
  const seated = async (seat: Seat): Promise<ChildProcess> => {
    if (seat.child?.connected === true) return seat.child;
    for (let attempt = 0; attempt < mostStarts; attempt++) {
      const child = recruits?.take() ?? start(memory);
      seat.child = child;
      const ready = isReady(child);
      child.send({ kind: "open", ...place } satisfies ToWorker, () => undefined);
      if ((await ready) || closed) return child;
    }
    throw new Error(`a worker ended ${mostStarts} times before it was ready`);
  };
  return {
    get size() {
      return active;
    },
    async compute(work) {
      const seat = seats.slice(0, active).find((one) => !one.busy);
      if (seat === undefined) throw new Error("every worker is busy");
      seat.busy = true;
      try {
        return await converse(await seated(seat), work);
      } finally {
        seat.busy = false;
      }
    },
    shrink(smaller) {
      active = Math.max(1, Math.min(active, smaller));
    },
    async close(grace) {
      closed = true;
      const children = seats.flatMap(({ child, busy }) => (child === undefined ? [] : [{ child, busy }]));
      for (const { child, busy } of children) {
        if (busy && grace > 0 && child.connected) child.send({ kind: "stop" } satisfies ToWorker, () => undefined);
        else child.kill("SIGKILL");
      }
      const all = Promise.all(children.map(({ child }) => ended(child)));
      const busy = seats.filter((seat) => seat.busy);
      const deadline = performance.now() + grace;
      while (busy.some((seat) => seat.busy) && performance.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 10));
      for (const { child } of children) child.kill("SIGKILL");
      await all;
    },
  };
}
