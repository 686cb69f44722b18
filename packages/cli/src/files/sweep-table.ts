import { InputError } from "@meanfield/core/foundation/errors";
import type { FigureTable, TableRow } from "@meanfield/figures";
import { joinPath, readParquet, type StoreIo } from "@meanfield/results";

/** Rows with this value in a column; numbers are compared as numbers. */
export interface Where {
  readonly column: string;
  readonly value: string;
}

function matches(row: TableRow, { column, value }: Where): boolean {
  const found = row[column];
  return typeof found === "number" ? found === Number(value) : String(found) === value;
}

/**
 * The rows of a sweep that are done, in the order of its chunks; columns of all chunks by name.
 * @throws InputError unreadable, empty, unknown-name (a column of `where`)
 */
export async function readSweepTable(io: StoreIo, directory: string, where: readonly Where[]): Promise<FigureTable> {
  const folder = joinPath(directory, "chunks");
  const names = (await io.kind(folder)) === "directory" ? await io.list(folder) : [];
  const chunks = names.filter((name) => name.endsWith(".parquet") && !name.startsWith(".")).sort();
  const all: TableRow[] = [];
  for (const name of chunks) {
    const path = joinPath(folder, name);
    all.push(...(await readParquet(await io.read(path), path)));
  }
  const columns = [...new Set(all.flatMap((row) => Object.keys(row)))];
  const unknown = where.find(({ column }) => !columns.includes(column));
  const rows = all.filter((row) => row["status"] === "done" && where.every((one) => matches(row, one)));
  if (unknown !== undefined || rows.length === 0) {
    throw new InputError({
      code: "empty",
      who: directory,
      rule: "a figure needs rows that are done",
      got: unknown === undefined ? `none of ${all.length}` : `none with a column ${unknown.column}`,
      fix: `See meanfield status ${directory}`,
    });
  }
  return { title: directory.split("/").at(-1) ?? directory, columns, rows };
}
