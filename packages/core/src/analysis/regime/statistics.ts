import {
  type Histogram,
  histogram,
  type Proportion,
  quantile,
  wilsonInterval,
} from "../../foundation/statistics/index.js";
import type { RegimeName, Verdict } from "./verdict.js";

/** One cell of a sweep or map: the plain numbers of a verdict. */
export interface RegimeSummary {
  readonly verdict: RegimeName;
  readonly tStar?: number;
  readonly tError?: number;
  /** Of the limit, or of lim Σ/|Σ| under blow-up. */
  readonly rank?: number;
  /** Of approach or of growth, exponential. */
  readonly rate?: number;
}

/** The plain numbers of a verdict. */
export function regimeSummary({ verdict, tStar, tError, rank, equilibrium, certificate }: Verdict): RegimeSummary {
  const rate = equilibrium?.rate ?? certificate.growthRate;
  return {
    verdict,
    ...(tStar !== undefined && { tStar }),
    ...(tError !== undefined && { tError }),
    ...(rank !== undefined && { rank }),
    ...(rate !== undefined && { rate }),
  };
}

/** Frequencies of regimes and of limiting ranks over an ensemble, with confidence intervals, and the t* that occur. */
export interface RegimeStatistics {
  readonly trials: number;
  readonly confidence: number;
  /** Every regime that occurs, and `undecided` always. */
  readonly frequencies: Readonly<Partial<Record<RegimeName, Proportion>>>;
  /** By rank of the limit (of Σ/|Σ| under blow-up), over the cells that have one. */
  readonly ranks: Readonly<Record<number, Proportion>>;
  /** Over the cells that blow up: quantiles .05, .5, .95 and a histogram, when there are any. */
  readonly tStar?: {
    readonly low: number;
    readonly median: number;
    readonly high: number;
    readonly histogram: Histogram;
  };
}

function tally<K extends string | number>(keys: readonly K[], trials: number, confidence: number) {
  const counts = new Map<K, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  const entries = [...counts].map(([key, count]) => [key, wilsonInterval(count, trials, confidence)] as const);
  return Object.fromEntries(entries) as Record<K, Proportion>;
}

function timesOf(times: Float64Array, bins: number): NonNullable<RegimeStatistics["tStar"]> {
  const sorted = times.toSorted();
  const [first, last] = [sorted[0]!, sorted.at(-1)!];
  const width = last > first ? last - first : Math.max(Math.abs(first), 1);
  const to = Math.max(first + width, last);
  return {
    low: quantile(sorted, 0.05),
    median: quantile(sorted, 0.5),
    high: quantile(sorted, 0.95),
    histogram: histogram(times, { from: first, to, bins }),
  };
}

/**
 * Statistics of an ensemble of regimes. `undecided` cells are counted and shown, never dropped: a frequency is of all
 * trials, so that what was not decided cannot flatter what was.
 *
 * @param options confidence in (0, 1), default .95; bins of the histogram of t*, default 20
 * @throws out-of-range: no cells, confidence outside (0, 1)
 * @cost O(cells log cells)
 * @source Wilson intervals (foundation/statistics)
 */
export function regimeStatistics(
  cells: readonly RegimeSummary[],
  options: { readonly confidence?: number; readonly bins?: number } = {},
): RegimeStatistics {
  const { confidence = 0.95, bins = 20 } = options;
  const trials = cells.length;
  const undecided = wilsonInterval(cells.filter((one) => one.verdict === "undecided").length, trials, confidence);
  const frequencies = tally(
    cells.map((one) => one.verdict),
    trials,
    confidence,
  );
  const ranked = cells.flatMap((one) => (one.rank === undefined ? [] : [one.rank]));
  const times = Float64Array.from(cells.flatMap((one) => (one.tStar === undefined ? [] : [one.tStar])));
  return {
    trials,
    confidence,
    frequencies: { ...frequencies, undecided },
    ranks: ranked.length === 0 ? {} : tally(ranked, ranked.length, confidence),
    ...(times.length > 0 && { tStar: timesOf(times, bins) }),
  };
}
