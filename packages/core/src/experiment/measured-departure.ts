import type { DistanceSeries, RunResult } from "./result.js";

/** Part of the spread √tr Σ by which a cloud must differ from the moments to have left the closure. */
const relativeThreshold = 0.1;

/** When a finite cloud was seen to leave the Gaussian closure. */
export interface MeasuredDeparture {
  /** Depth at which the distance crosses the threshold for good; undefined when it stays below. */
  readonly t?: number;
  /** Last depth at which both levels were compared. */
  readonly comparedTo: number;
  readonly criterion: string;
}

/** The first depth from which value > threshold·spread at every later record, by linear interpolation. */
function crossing({ t, value, spread }: DistanceSeries): number | undefined {
  const excess = (k: number) => value[k]! / Math.max(spread[k]!, Number.MIN_VALUE) - relativeThreshold;
  let first = t.length;
  while (first > 0 && excess(first - 1) > 0) first--;
  if (first === t.length) return undefined;
  if (first === 0) return t[0];
  const [before, after] = [excess(first - 1), excess(first)];
  return t[first - 1]! + ((t[first]! - t[first - 1]!) * -before) / (after - before);
}

/**
 * When each finite cloud of a run left the moments level: from there on the Bures–Wasserstein distance stays above a
 * tenth of √tr Σ. Keyed by pair; empty where that distance was not measured.
 *
 * @accuracy the interval between two records of `compare`
 * @source theory.md §2 (a finite softmax cloud never blows up); threshold: a choice of this project
 */
export function measuredDepartures({
  distances,
  levels,
}: Pick<RunResult, "distances" | "levels">): Record<string, MeasuredDeparture> {
  const found: Record<string, MeasuredDeparture> = {};
  for (const [pair, metrics] of Object.entries(distances)) {
    const series = metrics["bures-wasserstein"];
    const kinds = pair.split("|").map((name) => (levels[name]?.states["cov"] === undefined ? "cloud" : "moments"));
    if (series === undefined || series.t.length === 0 || kinds[0] === kinds[1]) continue;
    const t = crossing(series);
    const comparedTo = series.t.at(-1)!;
    found[pair] = {
      ...(t === undefined ? {} : { t }),
      comparedTo,
      criterion: "Bures–Wasserstein distance > 0.1 √tr Σ from here on",
    };
  }
  return found;
}
