import type { Arena } from "./arena.js";
import { type Job, jobFlag, writeJob } from "./job.js";
import type { KernelSet } from "./kernels.js";
import type { Precision } from "./simd.js";
import type { Team } from "./team.js";

/** What the parts of the backend work with. */
export interface Engine {
  readonly precision: Precision;
  /** Bytes of a number of the pair sums. */
  readonly size: 4 | 8;
  kernels(): KernelSet;
  arena(): Arena;
  team(): Team;
  /** Estimate of the time of one pair of dimension d on one thread, in ms. */
  pairCost(d: number): number;
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
  const bytes = Math.ceil(pairs.scratchBytes(job.d, job.flags & jobFlag.batch ? job.keys : 0) / 128) * 128;
  const team = engine.team();
  const scratch = arena.take(team.threads * bytes);
  writeJob(job, arena.words(), at);
  const work = systems * job.queries * job.keys * job.heads * engine.pairCost(job.d);
  return team.run(at, blocks, scratch, bytes, work);
}

/** Takes room for an array of f64 and copies it there. */
export function place(arena: Arena, values: Float64Array, length: number): number {
  const at = arena.take(8 * length);
  arena.wide().set(values.length === length ? values : values.subarray(0, length), at / 8);
  return at;
}
