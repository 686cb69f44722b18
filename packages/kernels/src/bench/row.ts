import type { BenchRow } from "./native.js";

/** Something that is timed, and what a row is about; a pair of `product` is a multiplication, of `normals` a normal. */
export interface BenchCase {
  readonly row: Omit<BenchRow, "nsPerPair" | "rooflineFraction">;
  /** Pairs that one run computes. */
  readonly pairs: number;
  run(): void;
}

/** A sample lasts at least about this long. */
const sampleMs = 2;

/**
 * One sample of a case: nanoseconds a pair, over as many runs as make a sample long enough to time.
 * @param now milliseconds on a clock
 */
export function sample({ run, pairs }: BenchCase, runs: number, now: () => number): number {
  const start = now();
  for (let k = 0; k < runs; k++) run();
  return ((now() - start) * 1e6) / (runs * pairs);
}

/** Runs of a sample, after a warm-up that makes the engine compile for good. */
export function runsOf(one: BenchCase, now: () => number): number {
  const start = now();
  let count = 0;
  for (; count < 3 || now() - start < 5 * sampleMs; count++) one.run();
  return Math.max(1, Math.ceil((sampleMs * count) / (now() - start)));
}
