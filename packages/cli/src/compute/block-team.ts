import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { type BlockTeam, blockSize, type SharedBlocks, type TeamBlock } from "@meanfield/core/experiment";
import { machineResources, workersFor } from "../sweep/resources.js";

/** What is known of a block, one word each in memory that all threads share. */
export const blockStates = { free: 0, taken: 1, finished: 2 } as const;

/** What a member of a team is told. */
export interface MemberWork {
  readonly document: unknown;
  readonly level: string;
  /** A word of `blockStates` for each block. */
  readonly states: Int32Array;
  readonly cancel: Int32Array;
  readonly port: MessagePort;
}

/** What a member says. */
export type MemberMessage =
  | { readonly kind: "block"; readonly done: TeamBlock }
  | { readonly kind: "crash"; readonly message: string; readonly stack: string };

interface Member {
  readonly worker: Worker;
  readonly port: MessagePort;
}

/** A member, or why the system starts no thread for it. */
function startMember(work: Omit<MemberWork, "port">): Member | string {
  const { port1, port2 } = new MessageChannel();
  let worker: Worker;
  try {
    worker = new Worker(new URL("./block-member.js", import.meta.url), {
      workerData: { ...work, port: port2 } satisfies MemberWork,
      transferList: [port2],
    });
  } catch (error) {
    port1.close();
    return String(error);
  }
  // A thread that is lost holds nobody up: its block is computed beside it.
  worker.on("error", () => undefined);
  worker.unref();
  return { worker, port: port1 };
}

/** The next messages of a port, without waiting: the thread that asks is computing and sees no events. */
function* messagesOf({ port }: Member): Generator<MemberMessage> {
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port))
    yield next.message as MemberMessage;
}

function shareBlocks(started: readonly (Member | string)[], states: Int32Array): SharedBlocks {
  const members = started.filter((one) => typeof one !== "string");
  const refusals = new Set(started.filter((one) => typeof one === "string"));
  return {
    notices: [...refusals].map((why) => `Slower: a thread for the repeats could not be started (${why}).`),
    claim: (block) => Atomics.compareExchange(states, block, blockStates.free, blockStates.taken) === blockStates.free,
    isFinished: (block) => Atomics.load(states, block) === blockStates.finished,
    collect: () =>
      members.flatMap((member) =>
        [...messagesOf(member)].map((message) => {
          if (message.kind === "block") return message.done;
          throw Object.assign(new Error(message.message), { stack: message.stack });
        }),
      ),
    close() {
      for (const { worker, port } of members) {
        void worker.terminate();
        port.close();
      }
    },
  };
}

/**
 * Threads for the blocks of an ensemble beside the one that asks, each with a backend of one thread. They start with a
 * level and end with it; each takes the first free block, again and again.
 *
 * @param document of the experiment, as plain data
 * @param cores that may compute, the asking thread's among them
 * @cost 0.3 s and some 60 MiB a thread to start, beside the computation
 */
export function blockTeam(document: unknown, cores: number, cancel: Int32Array): BlockTeam {
  return {
    open(level, blocks, taken) {
      const states = new Int32Array(new SharedArrayBuffer(4 * blocks));
      for (const block of taken) states[block] = blockStates.taken;
      const others = Math.min(workersFor(cores, machineResources()) - 1, blocks - taken.length);
      const work = { document, level, states, cancel };
      return shareBlocks(
        Array.from({ length: Math.max(0, others) }, () => startMember(work)),
        states,
      );
    },
  };
}

type Section = { readonly [key: string]: unknown } | null | undefined;

/**
 * Whether the repeats of a document, which has not been checked yet, are worth a team: they make more than one block,
 * and the document leaves the threads to us.
 */
export function sharesBlocks(document: unknown): boolean {
  const { solve, backend } = (document ?? {}) as { readonly solve?: Section; readonly backend?: Section };
  const [repeats, threads] = [solve?.["repeats"], backend?.["threads"] ?? "auto"];
  return threads === "auto" && typeof repeats === "number" && repeats > blockSize;
}
