/** Times of one kernel at one size, in nanoseconds for each pair of tokens (or each multiplication, or each normal). */
export interface BenchRow {
  readonly kernel: string;
  readonly backend: string;
  readonly precision: "f64" | "f32";
  /** Tokens of a system; rows and columns of a product. */
  readonly n: number;
  readonly d: number;
  readonly threads: number;
  readonly nsPerPair: { readonly median: number; readonly min: number };
  /** Part of the time that the multiply-adds and exponentials alone would take; where that is known. */
  readonly rooflineFraction?: number;
}

/** Something that is timed, and for what a row is about. */
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

/** Median and least of samples. */
export function summarise(samples: readonly number[]): { median: number; min: number } {
  const sorted = samples.toSorted((a, b) => a - b);
  return { median: sorted[sorted.length >> 1]!, min: sorted[0]! };
}
