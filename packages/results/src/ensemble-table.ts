import type { EnsembleSeries, RunResult } from "@meanfield/core/experiment";
import type { NdArray } from "@meanfield/core/foundation/shapes";
import { plainStatistics } from "./ensemble-arrays.js";

/** One statistic of one component at one time over the repeats. */
export interface EnsembleRow {
  readonly level: string;
  readonly series: string;
  /** mean, sd, se, min, max, quantile, histogram, exceedance, exceedance-low, exceedance-high. */
  readonly statistic: string;
  /** Probability of a quantile, threshold of an exceedance, left edge of a bin; null for the others. */
  readonly at: number | null;
  readonly t: number;
  readonly component: number;
  /** Repeats behind it. */
  readonly count: number;
  readonly value: number;
}

interface Column {
  readonly statistic: string;
  readonly at: number | null;
  /** One value for each time and component. */
  value(cell: number): number;
}

function stacked(statistic: string, at: Float64Array, { data }: NdArray, cells: number): Column[] {
  return Array.from(at, (place, k) => ({ statistic, at: place, value: (cell) => data[k * cells + cell]! }));
}

function columnsOf(series: EnsembleSeries): Column[] {
  const { quantiles, histogram, exceedances } = series;
  const cells = series.mean.data.length;
  const columns: Column[] = plainStatistics.map((statistic) => {
    const { data } = series[statistic];
    return { statistic, at: null, value: (cell) => data[cell]! };
  });
  if (quantiles) columns.push(...stacked("quantile", quantiles.at, quantiles.value, cells));
  if (exceedances) {
    const parts = { exceedance: "fraction", "exceedance-low": "low", "exceedance-high": "high" } as const;
    for (const [name, key] of Object.entries(parts)) {
      columns.push(...stacked(name, exceedances.above, exceedances[key], cells));
    }
  }
  if (histogram) {
    const bins = histogram.edges.length - 1;
    for (let k = 0; k < bins; k++) {
      const { data } = histogram.counts;
      columns.push({ statistic: "histogram", at: histogram.edges[k]!, value: (cell) => data[cell * bins + k]! });
    }
  }
  return columns;
}

/** Every statistic of every ensemble of a run but covariances, in the order level, series, statistic, time, component. */
export function* ensembleRows(result: RunResult): Generator<EnsembleRow> {
  for (const [level, { ensemble }] of Object.entries(result.levels)) {
    for (const [series, statistics] of Object.entries(ensemble?.series ?? {})) {
      const size = statistics.mean.shape.slice(1).reduce((a, b) => a * b, 1);
      for (const { statistic, at, value } of columnsOf(statistics)) {
        for (let cell = 0; cell < statistics.mean.data.length; cell++) {
          const k = Math.floor(cell / size);
          const place = { t: statistics.t[k]!, component: cell % size, count: statistics.count[k]! };
          yield { level, series, statistic, at, ...place, value: value(cell) };
        }
      }
    }
  }
}
