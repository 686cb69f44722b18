import { type LeastTime, leastTime, type Roofline } from "./roofline.js";
import type { BenchCase, BenchRow } from "./row.js";
import { type Ratio, ratioOf, timingOf } from "./samples.js";

/** Clocks, in milliseconds. */
export interface Clocks {
  now(): number;
  /** Time that all threads of this process have spent on a processor. */
  processor(): number;
}

/** One sample of something, in nanoseconds a pair. */
export interface Sample {
  readonly ns: number;
  readonly cpuNs: number;
}

/** A case with the roofline of its backend. */
export interface Contender {
  readonly case: BenchCase;
  /** Measures; contenders that share it share one measurement a round. */
  readonly roofline: () => Roofline;
  /** Whether it is timed for ratios alone, and is no row. */
  readonly compared?: boolean;
}

/** Something outside that is timed in turns with the contenders; undefined once it has failed. */
export type Peer = () => Promise<Sample | undefined>;

/** Samples of one contender or peer, round by round. */
export interface Measured {
  readonly samples: readonly Sample[];
  readonly least: readonly LeastTime[];
}

/** A sample lasts at least about this long, ms. */
const sampleMs = 3;

/** Runs of a sample, after a warm-up that makes the engine compile for good. */
function runsOf(one: BenchCase, now: () => number): number {
  const start = now();
  let count = 0;
  for (; count < 2 || now() - start < 3 * sampleMs; count++) one.run();
  return Math.max(1, Math.ceil((sampleMs * count) / (now() - start)));
}

function sampleOf({ run, pairs }: BenchCase, runs: number, { now, processor }: Clocks): Sample {
  const [cpu, start] = [processor(), now()];
  for (let k = 0; k < runs; k++) run();
  const [wall, spent] = [now() - start, processor() - cpu];
  const scale = 1e6 / (runs * pairs);
  return { ns: wall * scale, cpuNs: spent * scale };
}

/** What `measure` needs besides the contenders. */
export interface MeasureOptions {
  readonly repeats: number;
  readonly clocks: Clocks;
  readonly peers?: readonly Peer[];
  /** Called before every sample; may throw to end the measurement. */
  check?(): void;
}

/**
 * Times contenders and peers in turns, one sample of each a round, the rooflines too: what slows the machine slows all of
 * them alike, so that ratios of one round mean something where times do not.
 * @returns undefined for a peer that failed in any round
 * @cost (repeats + warm-up of 2) × the sum of their times
 */
export async function measure(
  contenders: readonly Contender[],
  { repeats, clocks, peers = [], check }: MeasureOptions,
): Promise<{ readonly contenders: readonly Measured[]; readonly peers: readonly (Measured | undefined)[] }> {
  const runs = contenders.map((one) => {
    check?.();
    return runsOf(one.case, clocks.now);
  });
  const own = contenders.map(() => ({ samples: [] as Sample[], least: [] as LeastTime[] }));
  const others = peers.map(() => ({ samples: [] as Sample[], least: [] as LeastTime[] }));
  for (let round = 0; round < repeats; round++) {
    const rooflines = new Map([...new Set(contenders.map((one) => one.roofline))].map((one) => [one, one()]));
    for (const [k, { case: one, roofline }] of contenders.entries()) {
      check?.();
      own[k]!.samples.push(sampleOf(one, runs[k]!, clocks));
      if (one.work !== undefined) own[k]!.least.push(leastTime(rooflines.get(roofline)!, one.work));
    }
    for (const [k, peer] of peers.entries()) {
      check?.();
      const sample = await peer();
      if (sample !== undefined) others[k]!.samples.push(sample);
    }
  }
  return { contenders: own, peers: others.map((one) => (one.samples.length === repeats ? one : undefined)) };
}

/** Times of a row. */
export const timesOf = ({ samples }: Measured) => ({
  nsPerPair: timingOf(samples.map(({ ns }) => ns)),
  cpuNsPerPair: timingOf(samples.map(({ cpuNs }) => cpuNs)),
});

/** The row of a contender: the roofline's fraction is of medians. */
export function rowOf({ subject }: BenchCase, measured: Measured): BenchRow {
  const times = timesOf(measured);
  const { least } = measured;
  if (least.length === 0) return { ...subject, ...times };
  const ns = timingOf(least.map((one) => one.ns)).median;
  const bound = least.filter((one) => one.bound === "exponential").length * 2 >= least.length;
  return {
    ...subject,
    ...times,
    rooflineFraction: ns / subject.threads / times.nsPerPair.median,
    cpuRooflineFraction: ns / times.cpuNsPerPair.median,
    rooflineBound: bound ? "exponential" : "multiply-add",
  };
}

/** Time of `over` over time of `one`, round by round: by the clock, and of processor time. */
export function speedOver(one: Measured, over: Measured): { readonly ratio: Ratio; readonly cpuRatio: Ratio } {
  const of = (key: keyof Sample): Ratio =>
    ratioOf(
      over.samples.map((sample) => sample[key]),
      one.samples.map((sample) => sample[key]),
    );
  return { ratio: of("ns"), cpuRatio: of("cpuNs") };
}
