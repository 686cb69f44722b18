import type { NdArray } from "../../foundation/shapes/index.js";
import {
  histogramEdges,
  rankError,
  type SampleStatistics,
  sketchQuantiles,
  wilsonInterval,
} from "../../foundation/statistics/index.js";
import type { BoundSeries } from "../resolve-series.js";
import type { EnsembleEnd, EnsembleResult, EnsembleSeries } from "../result.js";
import type { EndTally, EnsembleBlock } from "./block.js";

/** Times at which at least two repeats are left: a deviation needs two. Repeats only ever leave. */
function timesLeft(count: Float64Array): number {
  const alone = count.findIndex((n) => n < 2);
  return alone < 0 ? count.length : alone;
}

function summaryOf({ name: _, observable, times }: BoundSeries, statistics: SampleStatistics): EnsembleSeries {
  const { moments, request, sketches } = statistics;
  const { size } = moments;
  const kept = timesLeft(moments.count);
  const cells = kept * size;
  const shape = [kept, ...observable.shape];
  const countAt = (cell: number) => moments.count[Math.floor(cell / size)]!;
  const array = (value: (cell: number) => number): NdArray => ({
    shape,
    data: Float64Array.from({ length: cells }, (_, cell) => value(cell)),
  });
  const deviation = (cell: number) => Math.sqrt(moments.squares[cell]! / (countAt(cell) - 1));
  /** Some numbers for each cell, with their own axis first. */
  const stacked = (length: number, value: (cell: number) => ArrayLike<number>): NdArray => {
    const data = new Float64Array(length * cells);
    for (let cell = 0; cell < cells; cell++) {
      const row = value(cell);
      for (let k = 0; k < length; k++) data[k * cells + cell] = row[k]!;
    }
    return { shape: [length, ...shape], data };
  };
  return {
    t: Float64Array.from(times.slice(0, kept)),
    unit: observable.unit,
    doc: observable.doc,
    count: moments.count.slice(0, kept),
    mean: array((cell) => moments.mean[cell]!),
    sd: array(deviation),
    se: array((cell) => deviation(cell) / Math.sqrt(countAt(cell))),
    min: array((cell) => moments.least[cell]!),
    max: array((cell) => moments.greatest[cell]!),
    ...(request.quantiles.length > 0 && {
      quantiles: {
        at: Float64Array.from(request.quantiles),
        value: stacked(request.quantiles.length, (cell) => sketchQuantiles(sketches[cell]!, request.quantiles)),
        rankError: sketches.slice(0, cells).reduce((worst, sketch) => Math.max(worst, rankError(sketch)), 0),
      },
    }),
    ...(moments.products && { covariance: covarianceOf(moments.products, moments.count, kept, size) }),
    ...(request.histogram && {
      histogram: {
        edges: histogramEdges(request.histogram),
        ...histogramOf(statistics, shape, cells),
      },
    }),
    ...(request.exceedances.length > 0 && { exceedances: exceedancesOf(statistics, countAt, stacked) }),
  };
}

function covarianceOf(products: Float64Array, count: Float64Array, kept: number, size: number): NdArray {
  const data = Float64Array.from({ length: kept * size * size }, (_, i) => {
    return products[i]! / (count[Math.floor(i / (size * size))]! - 1);
  });
  return { shape: [kept, size, size], data };
}

function histogramOf({ histogram: { counts, columns } }: SampleStatistics, shape: readonly number[], cells: number) {
  const bins = columns - 2;
  const data = new Float64Array(cells * bins);
  const column = (k: number): NdArray => ({
    shape,
    data: Float64Array.from({ length: cells }, (_, cell) => counts[cell * columns + k]!),
  });
  for (let cell = 0; cell < cells; cell++) {
    data.set(counts.subarray(cell * columns + 1, cell * columns + 1 + bins), cell * bins);
  }
  return { counts: { shape: [...shape, bins], data }, below: column(0), above: column(bins + 1) };
}

function exceedancesOf(
  { request, exceedances: { counts, columns } }: SampleStatistics,
  countAt: (cell: number) => number,
  stacked: (length: number, value: (cell: number) => ArrayLike<number>) => NdArray,
): NonNullable<EnsembleSeries["exceedances"]> {
  const part = (key: "frequency" | "low" | "high") =>
    stacked(columns, (cell) =>
      Array.from({ length: columns }, (_, k) => wilsonInterval(counts[cell * columns + k]!, countAt(cell))[key]),
    );
  return {
    above: Float64Array.from(request.exceedances),
    fraction: part("frequency"),
    low: part("low"),
    high: part("high"),
  };
}

function endOf({ status, reason, count, t }: EndTally): EnsembleEnd {
  const end = { status, ...(reason === "" ? {} : { reason }), count };
  if (status === "completed") return end;
  const sd = count > 1 ? { sd: Math.sqrt(t.squares[0]! / (count - 1)) } : {};
  return { ...end, t: { mean: t.mean[0]!, min: t.least[0]!, max: t.greatest[0]!, ...sd } };
}

/** What an ensemble's streamed statistics say, as plain results. @cost O(numbers kept) */
export function summarize(block: EnsembleBlock, series: readonly BoundSeries[]): EnsembleResult {
  return {
    repeats: block.repeats,
    ends: block.ends.map(endOf),
    series: Object.fromEntries(series.map((one) => [one.name, summaryOf(one, block.series[one.name]!)])),
  };
}
