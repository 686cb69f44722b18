import type { Timing } from "./samples.js";

/** Kernels that are timed. A pair of `product` is a multiplication, of `normals` a normal. */
export const benchKernels = ["softmax", "ensemble", "product", "normals"] as const;
export type BenchKernel = (typeof benchKernels)[number];

/** What was timed: one line of `bench` (format.md) without its numbers. */
export interface BenchSubject {
  readonly kernel: BenchKernel;
  readonly backend: string;
  /** Instruction set of the backend, where it has a choice. */
  readonly variant?: string;
  readonly precision: "f64" | "f32";
  readonly n: number;
  readonly d: number;
  readonly threads: number;
}

/** One line of `bench`. */
export interface BenchRow extends BenchSubject {
  /** By the clock. */
  readonly nsPerPair: Timing;
  /** Of processor time, all threads together; on one thread `nsPerPair` exceeds it by what a busy machine takes. */
  readonly cpuNsPerPair: Timing;
  /** The least time of a pair (`leastTime`) on `threads` cores over the median time; left out where nothing bounds it. */
  readonly rooflineFraction?: number;
  /** The same of processor time: what every core in use makes of the time it is given. */
  readonly cpuRooflineFraction?: number;
  /** Which of the two ceilings is the lower. */
  readonly rooflineBound?: "exponential" | "multiply-add";
}

/** What a pair takes at least of each kind. */
export interface PairWork {
  readonly exponentials: number;
  readonly multiplyAdds: number;
}

/** Something that can be timed. */
export interface BenchCase {
  readonly subject: BenchSubject;
  /** Pairs that one run computes. */
  readonly pairs: number;
  /** Of a pair; left out where the kernel is neither exponentials nor multiply-adds. */
  readonly work?: PairWork;
  run(): void;
}
