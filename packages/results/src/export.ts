import type { RunResult } from "@meanfield/core/experiment";
import { runArrays } from "./arrays.js";
import { csv } from "./csv.js";
import { ensembleRows } from "./ensemble-table.js";
import { writeNpz } from "./npz.js";
import type { RunRecord } from "./run-record.js";
import { distanceRows, distancesTable, ensembleTable, seriesRows, seriesTable } from "./tables.js";
import { zarrFiles } from "./zarr.js";

/** Formats that need nothing but this package. */
export const exportFormats = ["npz", "csv", "parquet", "zarr"] as const;
export type ExportFormat = (typeof exportFormats)[number];

function exportParquet(result: RunResult): Record<string, Uint8Array> {
  const levels = Object.values(result.levels);
  return {
    "series.parquet": seriesTable(result),
    ...(Object.keys(result.distances).length > 0 ? { "distances.parquet": distancesTable(result) } : {}),
    ...(levels.some((level) => level.ensemble) ? { "ensemble.parquet": ensembleTable(result) } : {}),
  };
}

function exportCsv(result: RunResult): Record<string, Uint8Array> {
  const rows = new Map(Object.keys(result.levels).map((level) => [level, [] as (string | number)[][]]));
  for (const { level, t, series, component, value } of seriesRows(result)) {
    rows.get(level)!.push([t, series, component, value]);
  }
  const levels = [...rows].map(
    ([level, lines]) => [`${level}.csv`, csv(["t", "series", "component", "value"], lines)] as const,
  );
  const header = ["pair", "metric", "t", "value", "spread", "null_low", "null_median", "null_high"];
  const distances = [...distanceRows(result)].map((row) => [
    row.pair,
    row.metric,
    row.t,
    row.value,
    row.spread,
    row.null_low,
    row.null_median,
    row.null_high,
  ]);
  const ensembleHeader = ["level", "series", "statistic", "at", "t", "component", "count", "value"] as const;
  const ensemble = [...ensembleRows(result)].map((row) => ensembleHeader.map((name) => row[name]));
  return {
    ...Object.fromEntries(levels),
    ...(distances.length > 0 ? { "distances.csv": csv(header, distances) } : {}),
    ...(ensemble.length > 0 ? { "ensemble.csv": csv(ensembleHeader, ensemble) } : {}),
  };
}

/**
 * A run for other programs, as file name → bytes.
 *
 * - `npz`: run.npz, compressed, with the keys of `runArrays`: `<level>/t`, `<level>/x`, `<level>/series/<name>/value`, …
 * - `csv`: `<level>.csv` with columns t, series, component, value (component: row-major index within the item),
 *   ensemble.csv where there are repeats, and distances.csv with columns pair, metric, t, value, spread, null_low, null_median, null_high where levels were compared
 *
 * - `parquet`: series.parquet, distances.parquet, ensemble.parquet as in the store, without the rest
 * - `zarr`: run.zarr/, a Zarr v3 hierarchy of the same keys as npz, with the spec in the attributes of its root
 *
 * Every number reads back bit for bit. @throws SolveError not-finite
 */
export function exportRun(record: Pick<RunRecord, "result">, format: ExportFormat): Record<string, Uint8Array> {
  const { result } = record;
  const arrays = runArrays(result);
  const writers: Readonly<Record<ExportFormat, () => Record<string, Uint8Array>>> = {
    npz: () => ({ "run.npz": writeNpz(arrays, "deflated") }),
    csv: () => exportCsv(result),
    parquet: () => exportParquet(result),
    zarr: () => {
      const files = Object.entries(zarrFiles(arrays, { spec: result.spec }));
      return Object.fromEntries(files.map(([path, bytes]) => [`run.zarr/${path}`, bytes]));
    },
  };
  return writers[format]();
}
