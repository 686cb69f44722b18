import { claim, compute, controlWords, finish, mostChunks, nextTicket, word } from "./control.js";
import type { KernelSet } from "./kernels.js";

/** Shares the blocks of a job out among threads. */
export interface Team {
  /** Threads that may take part, the caller's included. */
  readonly threads: number;
  /** Whether a worker went silent in a job: the memory must not be used again, since it may yet write there. */
  isBroken(): boolean;
  /**
   * Takes part in the job at an address until all blocks are done; the results do not depend on who did them.
   * @param work estimate of the time of one thread, in ms
   * @returns queries without a finite sum
   */
  run(job: number, blocks: number, scratch: number, scratchBytes: number, work: number): number;
}

/** The caller's thread alone. */
export const soloTeam = ({ pairs }: KernelSet): Team => ({
  threads: 1,
  isBroken: () => false,
  run: (job, blocks, scratch) => pairs.attend(job, 0, blocks, scratch),
});

/** What the members of a team can be told. */
export interface TeamOptions {
  readonly threads: number;
  /** Workers that take part by now. */
  present(): number;
  /** A worker that has claimed a chunk and says nothing for this long counts as dead, in ms. */
  readonly patience: number;
  /** Milliseconds on a clock. */
  now(): number;
}

/** Chunks a thread, so that one that is held up does not hold up the others. */
const chunksPerThread = 4;
/** What a thread must save to be woken: so many times the time it takes to wake it. */
const gain = 4;

function awaitWorkers(control: Int32Array, chunks: number, patience: number): boolean {
  for (;;) {
    const finished = Atomics.load(control, word.finished);
    if (finished >= chunks) return true;
    if (Atomics.wait(control, word.finished, finished, patience) === "timed-out") return false;
  }
}

/** Computes the chunks that were claimed and never done. */
function rescue(control: Int32Array, chunks: number, kernels: KernelSet): void {
  const epoch = Atomics.load(control, word.ticket) >>> 16;
  for (let chunk = 0; chunk < chunks; chunk++) {
    if (Atomics.load(control, word.done + chunk) === epoch) continue;
    finish(control, chunk, compute(control, kernels.pairs, chunk, 0));
  }
}

/** Offers a job to the team. @returns its chunks */
function publish(
  control: Int32Array,
  job: number,
  blocks: number,
  chunkBlocks: number,
  scratch: number,
  bytes: number,
): number {
  const chunks = Math.max(1, Math.ceil(blocks / chunkBlocks));
  control[word.job] = job;
  control[word.blocks] = blocks;
  control[word.chunkBlocks] = chunkBlocks;
  control[word.scratch] = scratch;
  control[word.scratchBytes] = bytes;
  Atomics.store(control, word.finished, 0);
  Atomics.store(control, word.bad, 0);
  Atomics.store(control, word.ticket, nextTicket(Atomics.load(control, word.ticket), chunks));
  Atomics.notify(control, word.ticket);
  return chunks;
}

/** The caller and workers that share its memory. */
export function createTeam(kernels: KernelSet, options: TeamOptions): Team {
  const { threads, now } = options;
  const control = controlWords(kernels.memory);
  let broken = false;
  /** Least time of a job without work, in ms, measured once: a moment in which the machine was busy must not count. */
  let waking = Number.NaN;
  const complete = (chunks: number, patience: number): void => {
    if (awaitWorkers(control, chunks, patience)) return;
    broken = true;
    Atomics.store(control, word.ticket, Atomics.load(control, word.ticket) & 0x7fff0000);
    rescue(control, chunks, kernels);
  };
  const share = (job: number, blocks: number, chunkBlocks: number, scratch: number, bytes: number): number => {
    const chunks = publish(control, job, blocks, chunkBlocks, scratch, bytes);
    let slowest = 0;
    for (let chunk = claim(control); chunk >= 0; chunk = claim(control)) {
      const start = now();
      finish(control, chunk, compute(control, kernels.pairs, chunk, 0));
      slowest = Math.max(slowest, now() - start);
    }
    // A chunk of the others may take longer than one of ours on a busy machine, but not this much.
    complete(chunks, options.patience + 20 * slowest);
    return Atomics.load(control, word.bad);
  };
  const calibrate = (job: number, scratch: number, bytes: number): void => {
    waking = Number.POSITIVE_INFINITY;
    for (let k = 0; k < 15 && !broken; k++) {
      const start = now();
      // One chunk without blocks, left to the workers.
      complete(publish(control, job, 0, 1, scratch, bytes), options.patience);
      waking = Math.min(waking, now() - start);
    }
  };
  return {
    threads,
    isBroken: () => broken,
    run(job, blocks, scratch, bytes, work) {
      const present = options.present();
      const solo = () => kernels.pairs.attend(job, 0, blocks, scratch);
      if (present === 0 || broken || blocks < 2) return solo();
      if (Number.isNaN(waking)) calibrate(job, scratch, bytes);
      if (broken || work * (present / (present + 1)) < gain * waking) return solo();
      const most = Math.min(mostChunks, chunksPerThread * (present + 1));
      return share(job, blocks, Math.ceil(blocks / most), scratch, bytes);
    },
  };
}
