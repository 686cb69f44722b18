import type { Arena } from "./arena.js";
import { type Job, writeJob } from "./job.js";
import type { KernelSet } from "./kernels.js";
import type { Precision } from "./simd.js";

/** Shares the blocks of a job out among threads. */
export interface Team {
  readonly threads: number;
  /** Takes part in the job at an address until all blocks are done. @returns queries without a finite sum */
  run(job: number, blocks: number, scratch: number, scratchBytes: number): number;
}

/** What the parts of the backend work with. */
export interface Engine {
  readonly precision: Precision;
  /** Bytes of a number of the pair sums. */
  readonly size: 4 | 8;
  kernels(): KernelSet;
  arena(): Arena;
  team(): Team;
}

/**
 * Runs a job whose arrays are in place.
 * @returns how many queries have no finite positive sum of weights
 */
export function runJob(engine: Engine, job: Job, at: number, systems: number): number {
  const { pairs } = engine.kernels();
  const arena = engine.arena();
  job.blocks = Math.ceil(job.queries / pairs.width());
  const blocks = systems * job.blocks;
  const bytes = Math.ceil(pairs.scratchBytes(job.d) / 128) * 128;
  const team = engine.team();
  const scratch = arena.take(team.threads * bytes);
  writeJob(job, arena.words(), at);
  return team.run(at, blocks, scratch, bytes);
}

/** Takes room for an array of f64 and copies it there. */
export function place(arena: Arena, values: Float64Array, length: number): number {
  const at = arena.take(8 * length);
  arena.wide().set(values.length === length ? values : values.subarray(0, length), at / 8);
  return at;
}
