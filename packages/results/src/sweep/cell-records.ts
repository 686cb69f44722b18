import type { StoreIo } from "../io.js";
import type { CellRow } from "./cell-table.js";
import { bestChunks, listChunks, readChunk } from "./sweep-store.js";

export type CellValue = string | number | boolean | null;

/** The rows of a sweep as one table: what a row does not have is null. */
export interface CellRecords {
  /** id, status, error.code, error.message, error.spec, the swept columns, then the measured ones by name. */
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, CellValue>>[];
}

/**
 * Every row of a sweep, in the order of its plan, verified; of several files of one chunk the best.
 * @throws InputError unreadable (a damaged chunk)
 * @cost reading all chunks
 */
export async function readCells(io: StoreIo, directory: string): Promise<readonly CellRow[]> {
  const rows: CellRow[] = [];
  for (const chunk of bestChunks(await listChunks(io, directory)).values()) {
    for (const row of await readChunk(io, chunk)) rows.push(row);
  }
  return rows;
}

/** Rows as records of all columns there are. @cost O(rows × columns) */
export function cellRecords(rows: readonly CellRow[]): CellRecords {
  const swept = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
  const measured = [...new Set(rows.flatMap(({ columns }) => Object.keys(columns)))].sort();
  const columns = ["id", "status", "error.code", "error.message", "error.spec", ...swept, ...measured];
  const records = rows.map(({ id, status, code, message, spec, values, columns: found }) => {
    const own = { id, status, "error.code": code, "error.message": message, "error.spec": spec };
    const all: Record<string, unknown> = { ...own, ...values, ...found };
    return Object.fromEntries(columns.map((column) => [column, (all[column] ?? null) as CellValue]));
  });
  return { columns, rows: records };
}
