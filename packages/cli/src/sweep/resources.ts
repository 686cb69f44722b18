import { availableParallelism, freemem } from "node:os";

/** What this machine has to give, in MiB and cores. */
export interface Resources {
  readonly cores: number;
  /** Memory that workers together may use. */
  readonly memory: number;
}

/** Part of the free memory that a sweep may take. */
const share = 0.8;
/** MiB that a worker needs before it computes anything. */
const leastMemory = 150;

/** The cores and the memory that are free now; a container's limit counts. */
export function machineResources(): Resources {
  const limit = process.constrainedMemory() ?? 0;
  const free = freemem();
  const memory = limit > 0 && limit < 2 ** 60 ? Math.min(limit, free) : free;
  return { cores: availableParallelism(), memory: (share * memory) / 2 ** 20 };
}

/** How many workers of so many MiB each may run: at most as many as wanted, at least one. */
export function workersFor(wanted: number, { memory }: Resources, each: number = leastMemory): number {
  return Math.max(1, Math.min(wanted, Math.floor(memory / Math.max(each, leastMemory))));
}
