import type { BenchRow } from "./native.js";
import { leastTime, type PairRoofline } from "./roofline.js";
import { type BenchCase, runsOf, sample } from "./row.js";
import { type Timing, timingOf } from "./samples.js";

/** How to measure. */
export interface MeasureOptions {
  readonly repeats: number;
  /** Milliseconds on a clock. */
  now(): number;
  /** The roofline of the cases, measured again with every sample; left out where they are not attention. */
  readonly roofline?: () => PairRoofline;
  /** Something else to time in turns with the cases: nanoseconds a pair. */
  readonly peer?: () => Promise<number>;
}

/** What one measurement found. */
export interface Measured {
  /** In the order of the cases. */
  readonly rows: readonly BenchRow[];
  /** Times of the peer. */
  readonly peer?: Timing;
}

/**
 * Times cases in turns, so that what slows the machine slows them alike: their ratios mean something where their times
 * do not. The roofline's fraction is of medians.
 */
export async function measure(cases: readonly BenchCase[], options: MeasureOptions): Promise<Measured> {
  const { now, roofline, peer, repeats } = options;
  const runs = cases.map((one) => runsOf(one, now));
  const samples = cases.map((): number[] => []);
  const least = cases.map((): number[] => []);
  const others: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const roof = roofline?.();
    for (const [k, one] of cases.entries()) {
      samples[k]!.push(sample(one, runs[k]!, now));
      if (roof !== undefined) least[k]!.push(leastTime(roof, one.row.d) / one.row.threads);
    }
    if (peer !== undefined) others.push(await peer());
  }
  const rows = cases.map(({ row }, k) => {
    const nsPerPair = timingOf(samples[k]!);
    if (roofline === undefined) return { ...row, nsPerPair };
    return { ...row, nsPerPair, rooflineFraction: timingOf(least[k]!).median / nsPerPair.median };
  });
  return others.length === 0 ? { rows } : { rows, peer: timingOf(others) };
}
