import {
  addSample,
  addToMoments,
  emptyMoments,
  emptyStatistics,
  mergeMoments,
  mergeStatistics,
  type RunningMoments,
  type SampleStatistics,
} from "../../foundation/statistics/index.js";
import type { Outcome } from "../../solve/outcome.js";
import type { Recorded } from "../../solve/trajectory.js";
import type { BoundSeries } from "../resolve-series.js";

/** Repeats taken together before they are merged: fixed, so that no number depends on who computes which block. */
export const blockSize = 32;

/** Repeats that ended alike. */
export interface EndTally {
  readonly status: Outcome["status"];
  /** Name of the event, or code of the failure; "" where the repeats completed. */
  readonly reason: string;
  count: number;
  /** When they ended: one slot, one component. */
  readonly t: RunningMoments;
}

/** Statistics of some repeats of one level. Plain data: crosses workers and goes into checkpoints. */
export interface EnsembleBlock {
  repeats: number;
  readonly series: Readonly<Record<string, SampleStatistics>>;
  readonly ends: EndTally[];
}

export function emptyBlock(series: readonly BoundSeries[]): EnsembleBlock {
  const entries = series.map(({ name, observable, times, statistics }) => {
    const size = observable.shape.reduce((a, b) => a * b, 1);
    return [name, emptyStatistics(statistics, times.length, size)] as const;
  });
  return { repeats: 0, series: Object.fromEntries(entries), ends: [] };
}

function tallyOf(block: EnsembleBlock, status: Outcome["status"], reason: string): EndTally {
  const found = block.ends.find((one) => one.status === status && one.reason === reason);
  if (found !== undefined) return found;
  const tally: EndTally = { status, reason, count: 0, t: emptyMoments(1, 1, false) };
  block.ends.push(tally);
  return tally;
}

function reasonOf(outcome: Outcome): string {
  if (outcome.status === "completed") return "";
  return outcome.status === "stopped" ? outcome.event : outcome.code;
}

/** Takes one repeat: what it recorded at the times of its series, up to where it ended. */
export function addRepeat(
  block: EnsembleBlock,
  series: readonly BoundSeries[],
  recorded: (name: string) => Recorded,
  outcome: Outcome,
): void {
  block.repeats++;
  const tally = tallyOf(block, outcome.status, reasonOf(outcome));
  tally.count++;
  if (outcome.status !== "completed") addToMoments(tally.t, 0, Float64Array.of(outcome.t));
  for (const { name, times } of series) {
    const statistics = block.series[name]!;
    const { t, value } = recorded(name);
    const { size } = statistics.moments;
    // A repeat that ended early records once more where it ended: that time is its own, and not one of the series'.
    for (let k = 0; k < times.length && t[k] === times[k]; k++) {
      addSample(statistics, k, value.data.subarray(k * size, (k + 1) * size));
    }
  }
}

/** Takes all repeats of `from` into `into`. */
export function mergeBlock(into: EnsembleBlock, from: EnsembleBlock): void {
  into.repeats += from.repeats;
  for (const [name, statistics] of Object.entries(into.series)) mergeStatistics(statistics, from.series[name]!);
  for (const one of from.ends) {
    const tally = tallyOf(into, one.status, one.reason);
    tally.count += one.count;
    mergeMoments(tally.t, one.t);
  }
}

/** A block that is done, by its number. */
export interface FinishedBlock {
  readonly block: number;
  readonly part: EnsembleBlock;
}

/** A copy that shares nothing with the block. */
export function copyBlock(block: EnsembleBlock): EnsembleBlock {
  return copyPlain(block) as EnsembleBlock;
}

function copyPlain(value: unknown): unknown {
  if (value instanceof Float64Array) return value.slice();
  if (Array.isArray(value)) return value.map(copyPlain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, copyPlain(inside)]));
}
