export {
  addToSketch,
  emptySketch,
  mergeSketches,
  type QuantileSketch,
  rankError,
  sketchQuantiles,
} from "./quantile-sketch.js";
export { addToMoments, emptyMoments, mergeMoments, type RunningMoments } from "./running-moments.js";
export {
  addSample,
  emptyStatistics,
  mergeStatistics,
  type SampleStatistics,
  type StatisticsRequest,
} from "./sample-statistics.js";
export { type Histogram, type HistogramRequest, histogram, histogramEdges } from "./tallies.js";

/** The q-quantile of sorted values: linear between the order statistics at 0, 1/(k−1), …, 1 (NumPy's default). */
export function quantile(sorted: Float64Array, q: number): number {
  const place = q * (sorted.length - 1);
  const below = Math.floor(place);
  const first = sorted[below]!;
  const second = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return first + (place - below) * (second - first);
}

/** Quantiles of a distance or statistic where there is nothing to see. */
export interface NullBand {
  readonly median: number;
  /** Quantile .05. */
  readonly low: number;
  /** Quantile .95. */
  readonly high: number;
}

/** The quantiles .05, .5, .95 of null values, in any order. */
export function bandOf(values: Float64Array): NullBand {
  const sorted = values.toSorted();
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.05), high: quantile(sorted, 0.95) };
}

/** w_0, w_0 + w_1, … */
export function cumulated(weights: Float64Array): Float64Array {
  const ends = new Float64Array(weights.length);
  let total = 0;
  for (let j = 0; j < weights.length; j++) {
    total += weights[j]!;
    ends[j] = total;
  }
  return ends;
}

/** Index of the entry where cumulated weights pass a part, in [0, 1), of their total: a draw, for a uniform part. @cost log m */
export function indexAt(ends: Float64Array, part: number): number {
  const wanted = part * ends[ends.length - 1]!;
  let [low, high] = [0, ends.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle]! <= wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

export { type Proportion, wilsonInterval } from "./proportion.js";
export { wendelProbability } from "./wendel.js";
