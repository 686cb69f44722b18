import type { NdArray } from "@meanfield/core/foundation/shapes";
import { csv } from "../csv.js";
import type { ExportFormat } from "../export.js";
import { writeNpz } from "../npz.js";
import { zarrFiles } from "../zarr.js";
import { type CellRecords, type CellValue, cellRecords } from "./cell-records.js";
import { type CellRow, encodeCells } from "./cell-table.js";

const isNumberOrNull = (value: CellValue | undefined): value is number | null =>
  value === null || typeof value === "number";
const wordOf = (value: CellValue): string => (value === null ? "" : String(value));

/** A column of numbers, NaN where a row has none; undefined where it holds words. */
function numbersOf({ rows }: CellRecords, column: string): NdArray | undefined {
  const values = rows.map((row) => row[column]);
  if (!values.every(isNumberOrNull) || values.every((value) => value === null)) return undefined;
  return { shape: [values.length], data: Float64Array.from(values, (value) => value ?? Number.NaN) };
}

/** Columns of numbers; and of words, "" where a row has none. */
function columnArrays(records: CellRecords): Record<string, NdArray | readonly string[]> {
  const arrays = records.columns.map((column) => {
    const numbers = numbersOf(records, column);
    return [column, numbers ?? records.rows.map((row) => wordOf(row[column]!))] as const;
  });
  return Object.fromEntries(arrays);
}

/** Arrays of numbers alone, with what they need to be read. */
export interface CellArrays {
  readonly arrays: Readonly<Record<string, NdArray>>;
  /** Column → the words its numbers stand for: 0 is the first, NaN none. */
  readonly words: Readonly<Record<string, readonly string[]>>;
}

/** Every column as numbers: words, for formats without text, by their place in a list. @cost O(rows × columns) */
export function cellArrays(rows: readonly CellRow[]): CellArrays {
  const records = cellRecords(rows);
  const words: Record<string, readonly string[]> = {};
  const arrays = records.columns.map((column): readonly [string, NdArray] => {
    const numbers = numbersOf(records, column);
    if (numbers !== undefined) return [column, numbers];
    const values = records.rows.map((row) => row[column]!);
    const list = [...new Set(values.filter((value) => value !== null).map(wordOf))];
    words[column] = list;
    const place = new Map(list.map((word, k) => [word, k]));
    const data = Float64Array.from(values, (value) => (value === null ? Number.NaN : place.get(wordOf(value))!));
    return [column, { shape: [data.length], data }];
  });
  return { arrays: Object.fromEntries(arrays), words };
}

/**
 * The rows of a sweep for other programs, as file name → bytes, one row for each cell in the order of the plan.
 *
 * - `npz`: cells.npz, one array for each column: float64 with NaN where a cell has none, else texts with ""
 * - `csv`: cells.csv, empty where a cell has none
 * - `parquet`: cells.parquet, one table of the form of a chunk
 * - `zarr`: cells.zarr/, one float64 array for each column; words are places in the lists of the root's attribute `words`
 *
 * Every number reads back bit for bit.
 * @param document of the sweep, for the attributes of zarr
 * @accuracy sweep/export-cells.test.ts
 */
export function exportCells(
  rows: readonly CellRow[],
  document: unknown,
  format: ExportFormat,
): Record<string, Uint8Array> {
  const writers: Readonly<Record<ExportFormat, () => Record<string, Uint8Array>>> = {
    npz: () => ({ "cells.npz": writeNpz(columnArrays(cellRecords(rows)), "deflated") }),
    csv: () => {
      const { columns, rows: records } = cellRecords(rows);
      const lines = records.map((row) => columns.map((column) => row[column]!));
      return { "cells.csv": csv(columns, lines) };
    },
    parquet: () => {
      const names = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
      const isNumeric = (name: string) => rows.every(({ values }) => typeof values[name] === "number");
      const swept = names.map((name) => ({ name, numeric: isNumeric(name) }));
      return { "cells.parquet": encodeCells(swept, rows) };
    },
    zarr: () => {
      const { arrays, words } = cellArrays(rows);
      const files = Object.entries(zarrFiles(arrays, { document, words }));
      return Object.fromEntries(files.map(([path, bytes]) => [`cells.zarr/${path}`, bytes]));
    },
  };
  return writers[format]();
}
