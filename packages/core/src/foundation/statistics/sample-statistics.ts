import { addToSketch, emptySketch, mergeSketches, type QuantileSketch } from "./quantile-sketch.js";
import { addToMoments, emptyMoments, mergeMoments, type RunningMoments } from "./running-moments.js";
import { emptyTally, type HistogramRequest, histogramColumn, mergeTallies, type Tally } from "./tallies.js";

/** What is to be known of a sample besides mean, standard deviation and extremes. */
export interface StatisticsRequest {
  /** In [0, 1], increasing; empty for none. */
  readonly quantiles: readonly number[];
  readonly covariance: boolean;
  readonly histogram?: HistogramRequest;
  /** Thresholds; empty for none. */
  readonly exceedances: readonly number[];
}

/**
 * Streamed statistics of vectors of `size` numbers in each of `slots` slots: memory does not grow with the sample
 * (quantiles: 32 KB a component once there are 4096 numbers). Plain data.
 */
export interface SampleStatistics {
  readonly request: StatisticsRequest;
  readonly moments: RunningMoments;
  /** One for each slot and component, or none. */
  readonly sketches: readonly QuantileSketch[];
  readonly histogram: Tally;
  readonly exceedances: Tally;
}

export function emptyStatistics(request: StatisticsRequest, slots: number, size: number): SampleStatistics {
  const cells = slots * size;
  return {
    request,
    moments: emptyMoments(slots, size, request.covariance),
    sketches: request.quantiles.length === 0 ? [] : Array.from({ length: cells }, () => emptySketch()),
    histogram: emptyTally(cells, request.histogram === undefined ? 0 : request.histogram.bins + 2),
    exceedances: emptyTally(cells, request.exceedances.length),
  };
}

/** Takes one vector into a slot. @param x shape [size] @cost O(size), O(size²) with the covariance */
export function addSample(statistics: SampleStatistics, slot: number, x: Float64Array): void {
  const { request, moments, sketches, histogram, exceedances } = statistics;
  const { size } = moments;
  addToMoments(moments, slot, x);
  for (let a = 0; a < size; a++) {
    const cell = slot * size + a;
    const value = x[a]!;
    if (sketches.length > 0) addToSketch(sketches[cell]!, value);
    if (request.histogram !== undefined) {
      histogram.counts[cell * histogram.columns + histogramColumn(request.histogram, value)]!++;
    }
    for (let k = 0; k < exceedances.columns; k++) {
      if (value > request.exceedances[k]!) exceedances.counts[cell * exceedances.columns + k]!++;
    }
  }
}

/**
 * Takes all that `from` has seen into `into`. Counts and extremes do not depend on the order of merging, moments by
 * rounding, quantiles within their stated error: merge parts in a fixed order to have all of it bit for bit.
 */
export function mergeStatistics(into: SampleStatistics, from: SampleStatistics): void {
  mergeMoments(into.moments, from.moments);
  into.sketches.forEach((sketch, cell) => {
    mergeSketches(sketch, from.sketches[cell]!);
  });
  mergeTallies(into.histogram, from.histogram);
  mergeTallies(into.exceedances, from.exceedances);
}
