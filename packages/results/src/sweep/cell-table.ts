import type { CellColumns, SweptColumn } from "@meanfield/core/experiment";
import { InputError, show } from "@meanfield/core/foundation/errors";
import { parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { canonicalJson } from "../canonical.js";

/** One cell of a sweep as the store keeps it. */
export interface CellRow {
  /** Id of the run: 16 hex digits; null where the cell's spec could not be resolved. */
  readonly id: string | null;
  readonly status: "done" | "failed";
  readonly code: string | null;
  readonly message: string | null;
  /** The document of a failed cell, as canonical JSON. */
  readonly spec: string | null;
  /** Swept and derived values, by column. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Measured columns; what a cell does not have is left out. */
  readonly columns: CellColumns;
}

const own = ["id", "status", "error.code", "error.message", "error.spec"] as const;

/** Key of the file's metadata that lists its swept columns. */
const sweptKey = "meanfield.swept";

// Everything is PLAIN and uncompressed: a dictionary would write −0 and 0 as one value, and a reader of a hundred lines
// (python/meanfield.py) can do without a library.
const text = { type: "STRING", nullable: false, encoding: "PLAIN" } as const;
const textOrNull = { ...text, nullable: true } as const;

/** A swept value in a column of texts: a word as it is, anything else as canonical JSON. */
export const wordOf = (value: unknown): string => (typeof value === "string" ? value : canonicalJson(value));

function measuredColumn(name: string, rows: readonly CellRow[]): ColumnSource {
  const data = rows.map(({ columns }) => (Object.hasOwn(columns, name) ? (columns[name] ?? null) : null));
  const kinds = new Set(data.filter((value) => value !== null).map((value) => typeof value));
  if (kinds.size === 1 && kinds.has("number")) return { name, data, type: "DOUBLE", nullable: true, encoding: "PLAIN" };
  if (kinds.size === 1 && kinds.has("boolean"))
    return { name, data, type: "BOOLEAN", nullable: true, encoding: "PLAIN" };
  return { name, data: data.map((value) => (value === null ? null : wordOf(value))), ...textOrNull };
}

function numberOf(value: unknown, name: string): number {
  if (typeof value === "number") return value;
  const rule = "a column of numbers must hold a number in every row";
  throw new InputError({ code: "wrong-type", who: name, rule, got: show(value) });
}

function sweptColumn({ name, numeric }: SweptColumn, rows: readonly CellRow[]): ColumnSource {
  if (!numeric) return { name, data: rows.map(({ values }) => wordOf(values[name])), ...text };
  const data = Float64Array.from(rows, ({ values }) => numberOf(values[name], name));
  return { name, data, type: "DOUBLE", nullable: false, encoding: "PLAIN" };
}

/**
 * The Parquet table of a chunk: id, status, error.code, error.message, error.spec, the swept columns, then the measured
 * ones in the order of their names. Equal rows give equal bytes.
 *
 * @throws InputError wrong-type (a swept value that is not JSON, or no number in a column of numbers)
 * @cost O(rows × columns)
 * @accuracy doubles bit for bit; cell-table.test.ts
 */
export function encodeCells(swept: readonly SweptColumn[], rows: readonly CellRow[]): Uint8Array {
  const measured = [...new Set(rows.flatMap(({ columns }) => Object.keys(columns)))].sort();
  const columnData: ColumnSource[] = [
    { name: own[0], data: rows.map(({ id }) => id), ...textOrNull },
    { name: own[1], data: rows.map(({ status }) => status), ...text },
    { name: own[2], data: rows.map(({ code }) => code), ...textOrNull },
    { name: own[3], data: rows.map(({ message }) => message), ...textOrNull },
    { name: own[4], data: rows.map(({ spec }) => spec), ...textOrNull },
    ...swept.map((column) => sweptColumn(column, rows)),
    ...measured.map((name) => measuredColumn(name, rows)),
  ];
  const kvMetadata = [{ key: sweptKey, value: JSON.stringify(swept.map(({ name }) => name)) }];
  // A chunk is read whole: the least and greatest value of each column would double its bytes and the time to write it.
  const options = { codec: "UNCOMPRESSED", statistics: false, createdBy: "meanfield" } as const;
  return new Uint8Array(parquetWriteBuffer({ columnData, kvMetadata, ...options }));
}

type Entry = string | number | boolean | null;

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return bytes.slice().buffer as ArrayBuffer;
}

async function reading<T>(who: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw new InputError({
      code: "unreadable",
      who,
      rule: "must be a complete Parquet file of a sweep",
      got: error instanceof Error ? error.message : String(error),
      fix: "Run the sweep again: the chunk is computed anew",
    });
  }
}

function rowOf(record: Readonly<Record<string, Entry>>, swept: readonly string[]): CellRow {
  const names = new Set<string>([...own, ...swept]);
  const text = (name: string) => (record[name] ?? null) as string | null;
  return {
    id: text("id"),
    status: record["status"] === "done" ? "done" : "failed",
    code: text("error.code"),
    message: text("error.message"),
    spec: text("error.spec"),
    values: Object.fromEntries(swept.map((name) => [name, record[name]])),
    columns: Object.fromEntries(
      Object.entries(record).filter(([name, value]) => !names.has(name) && value !== null && value !== undefined),
    ),
  };
}

/**
 * The rows of a chunk. Swept values that were no numbers come back as the texts they were written as.
 * @throws InputError unreadable
 * @accuracy measured columns bit for bit; cell-table.test.ts
 */
export async function decodeCells(bytes: Uint8Array, who: string): Promise<readonly CellRow[]> {
  const file = bufferOf(bytes);
  return reading(who, async () => {
    const metadata = await parquetMetadataAsync(file);
    const told = metadata.key_value_metadata?.find(({ key }) => key === sweptKey)?.value;
    const swept = JSON.parse(told ?? "") as readonly string[];
    const records = await parquetReadObjects({ file, metadata });
    return records.map((record) => rowOf(record as Record<string, Entry>, swept));
  });
}

/** Some columns of a chunk, row by row; null where a row, or the whole chunk, does not have one. @throws unreadable */
export async function decodeColumns(
  bytes: Uint8Array,
  wanted: readonly string[],
  who: string,
): Promise<readonly Readonly<Record<string, Entry>>[]> {
  const file = bufferOf(bytes);
  return reading(who, async () => {
    const metadata = await parquetMetadataAsync(file);
    const there = metadata.schema.map(({ name }) => name);
    const columns = wanted.filter((name) => there.includes(name));
    if (columns.length === 0) return Array.from({ length: Number(metadata.num_rows) }, () => ({}));
    return (await parquetReadObjects({ file, metadata, columns })) as Record<string, Entry>[];
  });
}
