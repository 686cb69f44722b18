import type { Declined } from "../shared/declined.js";
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
  /** Why the last call that was declined was. */
  declined: Declined;
}

/** Leaves a call to the reference. */
export function decline(engine: Engine, reason: Declined): false {
  engine.declined = reason;
  return false;
}

const scratchOf = (engine: Engine, job: Job): number =>
  Math.ceil(engine.kernels().pairs.scratchBytes(job.d, job.flags & jobFlag.batch ? job.keys : 0) / 128) * 128;

/** Room for what the threads need for a job; returns where it is. */
export const placeScratch = (engine: Engine, job: Job): number =>
  engine.arena().take(engine.team().threads * scratchOf(engine, job));

/**
 * Runs a job whose arrays are in place.
 * @param scratch from `placeScratch`
 * @returns how many queries have no finite positive sum of weights
 */
export function runJob(engine: Engine, job: Job, at: number, systems: number, scratch: number): number {
  job.blocks = Math.ceil(job.queries / engine.kernels().pairs.width());
  writeJob(job, engine.arena().words(), at);
  const work = systems * job.queries * job.keys * job.heads * engine.pairCost(job.d);
  return engine.team().run(at, systems * job.blocks, scratch, scratchOf(engine, job), work);
}

/** Takes room for an array of f64 and copies it there. */
export function place(arena: Arena, values: Float64Array, length: number): number {
  const at = arena.take(8 * length);
  arena.wide().set(values.length === length ? values : values.subarray(0, length), at / 8);
  return at;
}
