/** Samples of one quantity. */
export interface BenchTiming {
  readonly median: number;
  /** Quartiles. */
  readonly low: number;
  readonly high: number;
}

/** Times of one kernel at one size. */
export interface BenchPoint {
  readonly kernel: string;
  readonly precision: string;
  readonly n: number;
  readonly d: number;
  readonly threads: number;
  /** Nanoseconds of processor time a pair. */
  readonly cpuNsPerPair: BenchTiming;
}

/** One row of a benchmark. */
export interface BenchSourceRow extends BenchPoint {
  readonly backend: string;
  readonly cpuRooflineFraction?: number;
}

/** How many times faster than something else a row is. */
export interface BenchSourceRatio extends Omit<BenchPoint, "cpuNsPerPair"> {
  readonly backend: string;
  readonly over: string;
  /** By the clock. */
  readonly ratio: BenchTiming;
}

/** The parts of `bench --json` that the figure reads. */
export interface BenchSource {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string };
  readonly repeats: number;
  readonly rows: readonly BenchSourceRow[];
  readonly ratios?: readonly BenchSourceRatio[];
  readonly peers?: {
    readonly numpy: string;
    readonly torch?: string;
    readonly rows: readonly (BenchPoint & { readonly peer: string })[];
  };
}
