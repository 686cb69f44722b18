import type { RunResult } from "@meanfield/core/experiment";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { type EnsembleRow, ensembleRows } from "./ensemble-table.js";

/** One value of a series: `component` is the row-major index within the item, 0 for a scalar. */
export interface SeriesRow {
  readonly level: string;
  readonly series: string;
  readonly t: number;
  readonly component: number;
  readonly value: number;
}

/** One distance; the band is null where none was drawn. */
export interface DistanceRow {
  readonly pair: string;
  readonly metric: string;
  readonly t: number;
  readonly value: number;
  readonly spread: number;
  readonly null_low: number | null;
  readonly null_median: number | null;
  readonly null_high: number | null;
}

/** Every value of every series of a run, in the order level, series, time, component. */
export function* seriesRows(result: RunResult): Generator<SeriesRow> {
  for (const [level, { series: all }] of Object.entries(result.levels)) {
    for (const [series, { t, value }] of Object.entries(all)) {
      const components = value.shape.slice(1).reduce((a, b) => a * b, 1);
      for (let i = 0; i < value.data.length; i++) {
        const k = Math.floor(i / components);
        yield { level, series, t: t[k]!, component: i % components, value: value.data[i]! };
      }
    }
  }
}

/** Every distance of a run, in the order pair, metric, time. */
export function* distanceRows(result: RunResult): Generator<DistanceRow> {
  for (const [pair, metrics] of Object.entries(result.distances)) {
    for (const [metric, { t, value, spread, null: band }] of Object.entries(metrics)) {
      for (let k = 0; k < value.length; k++) {
        yield {
          pair,
          metric,
          t: t[k]!,
          value: value[k]!,
          spread: spread[k]!,
          null_low: band?.low[k] ?? null,
          null_median: band?.median[k] ?? null,
          null_high: band?.high[k] ?? null,
        };
      }
    }
  }
}

type ColumnType = Omit<ColumnSource, "name" | "data">;

// Numbers are PLAIN: a dictionary would write −0 and 0 as one value.
const text = { type: "STRING", nullable: false } as const;
const integer = { type: "INT32", nullable: false, encoding: "PLAIN" } as const;
const number = { type: "DOUBLE", nullable: false, encoding: "PLAIN" } as const;
const numberOrNull = { type: "DOUBLE", nullable: true, encoding: "PLAIN" } as const;

/** series.parquet: the long table level, series, t, component, value; doubles bit for bit. @cost O(values) */
export function seriesTable(result: RunResult): Uint8Array {
  const all = Object.values(result.levels).flatMap((level) => Object.values(level.series));
  const size = all.reduce((sum, { value }) => sum + value.data.length, 0);
  const level = new Array<string>(size);
  const series = new Array<string>(size);
  const t = new Float64Array(size);
  const component = new Int32Array(size);
  const value = new Float64Array(size);
  let row = 0;
  for (const each of seriesRows(result)) {
    level[row] = each.level;
    series[row] = each.series;
    t[row] = each.t;
    component[row] = each.component;
    value[row++] = each.value;
  }
  return table([
    { name: "level", data: level, ...text },
    { name: "series", data: series, ...text },
    { name: "t", data: t, ...number },
    { name: "component", data: component, ...integer },
    { name: "value", data: value, ...number },
  ]);
}

/** distances.parquet: the long table pair, metric, t, value, spread, null_low, null_median, null_high. @cost O(values) */
export function distancesTable(result: RunResult): Uint8Array {
  const rows = [...distanceRows(result)];
  const column = (name: keyof DistanceRow, type: ColumnType): ColumnSource => {
    return { name, data: rows.map((row) => row[name]), ...type };
  };
  return table([
    column("pair", text),
    column("metric", text),
    column("t", number),
    column("value", number),
    column("spread", number),
    column("null_low", numberOrNull),
    column("null_median", numberOrNull),
    column("null_high", numberOrNull),
  ]);
}

/** ensemble.parquet: the long table level, series, statistic, at, t, component, count, value. @cost O(values) */
export function ensembleTable(result: RunResult): Uint8Array {
  const rows = [...ensembleRows(result)];
  const column = (name: keyof EnsembleRow, type: ColumnType): ColumnSource => {
    return { name, data: rows.map((row) => row[name]), ...type };
  };
  return table([
    column("level", text),
    column("series", text),
    column("statistic", text),
    column("at", numberOrNull),
    column("t", number),
    column("component", integer),
    column("count", integer),
    column("value", number),
  ]);
}

function table(columnData: ColumnSource[]): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({ columnData, createdBy: "meanfield" }));
}
