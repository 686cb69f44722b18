/** Samples of one quantity. */
export interface Timing {
  readonly median: number;
  readonly min: number;
  /** Lower quartile. */
  readonly low: number;
  /** Upper quartile. */
  readonly high: number;
  /** (high − low)/median */
  readonly spread: number;
}

const sortedOf = (samples: readonly number[]): number[] => samples.toSorted((a, b) => a - b);
const quantile = (sorted: readonly number[], q: number): number => sorted[Math.round(q * (sorted.length - 1))]!;

export function timingOf(samples: readonly number[]): Timing {
  const sorted = sortedOf(samples);
  const [low, median, high] = [quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75)];
  return { median, min: sorted[0]!, low, high, spread: (high - low) / median };
}

/** A ratio of two times, from samples taken in turns. */
export interface Ratio {
  readonly median: number;
  /** Quartiles. */
  readonly low: number;
  readonly high: number;
}

/** samples_k / others_k over the rounds k: what slows the machine for a while cancels. */
export function ratioOf(samples: readonly number[], others: readonly number[]): Ratio {
  const sorted = sortedOf(samples.map((value, k) => value / others[k]!));
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) };
}

/** Something to time. */
export interface Work {
  run(): void;
}

/**
 * Samples of every work, taken in turns so that a change of the machine's load meets all of them alike.
 * @param now a clock, ms
 * @param least ms that one sample lasts at least; shorter work is repeated
 * @returns for each work, ms of one run
 */
export function timeInTurns(works: readonly Work[], repeats: number, least: number, now: () => number): number[][] {
  const timed = (work: Work, count: number): number => {
    const start = now();
    for (let k = 0; k < count; k++) work.run();
    return (now() - start) / count;
  };
  const counts = works.map((work) => {
    work.run();
    return Math.max(1, Math.ceil(least / timed(work, 1)));
  });
  const samples = works.map((): number[] => []);
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const [w, work] of works.entries()) samples[w]!.push(timed(work, counts[w]!));
  }
  return samples;
}
