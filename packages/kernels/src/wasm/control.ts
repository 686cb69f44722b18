import type { Kernels } from "./kernels.js";

/**
 * The words through which threads share out a job, in the first bytes of the shared memory.
 *
 * `ticket` holds the number of the job in its upper half and the chunks nobody has claimed in its lower: who lowers it by
 * compare-and-exchange owns the chunk, and then the other words are those of that job until the chunk is done.
 */
export const word = {
  ticket: 0,
  finished: 1,
  bad: 2,
  job: 3,
  blocks: 4,
  chunkBlocks: 5,
  scratch: 6,
  scratchBytes: 7,
  /** One word for each chunk: the ticket's upper half once it is done. */
  done: 16,
} as const;

/** Chunks of a job at most. */
export const mostChunks = 1024;

const controlStart = 24576;
const chunkMask = 0xffff;

/** The control words of a memory. */
export const controlWords = (memory: WebAssembly.Memory): Int32Array =>
  new Int32Array(memory.buffer, controlStart, word.done + mostChunks);

/** Chunks of a ticket that nobody has claimed. */
export const unclaimed = (ticket: number): number => ticket & chunkMask;

/** The ticket of the next job. */
export const nextTicket = (ticket: number, chunks: number): number => ((((ticket >>> 16) + 1) & 0x7fff) << 16) | chunks;

/** Claims a chunk of the present job; −1 when there is none. */
export function claim(control: Int32Array): number {
  for (;;) {
    const ticket = Atomics.load(control, word.ticket);
    if (unclaimed(ticket) === 0) return -1;
    if (Atomics.compareExchange(control, word.ticket, ticket, ticket - 1) === ticket) return unclaimed(ticket) - 1;
  }
}

/** Computes a chunk in the scratch of a thread. @returns queries without a finite sum */
export function compute(control: Int32Array, kernels: Kernels, chunk: number, thread: number): number {
  const from = chunk * control[word.chunkBlocks]!;
  const to = Math.min(from + control[word.chunkBlocks]!, control[word.blocks]!);
  const scratch = control[word.scratch]! + thread * control[word.scratchBytes]!;
  return kernels.attend(control[word.job]!, from, to, scratch);
}

/** Reports a chunk as done. */
export function finish(control: Int32Array, chunk: number, bad: number): void {
  if (bad > 0) Atomics.add(control, word.bad, bad);
  Atomics.store(control, word.done + chunk, Atomics.load(control, word.ticket) >>> 16);
  Atomics.add(control, word.finished, 1);
  Atomics.notify(control, word.finished);
}
